import { element } from './element.ts';

let fields = 0;

/** A control under its label. @param hint is read out with the control */
export function field(label: string, control: HTMLElement, hint?: string): HTMLElement {
  const id = `field-${++fields}`;
  control.id = id;
  if (hint !== undefined) control.setAttribute('aria-describedby', `${id}-hint`);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    ...(hint === undefined ? [] : [element('p', { class: 'hint', id: `${id}-hint` }, hint)]),
    control,
  );
}

export function textInput(testId: string, maxLength: number, placeholder = ''): HTMLInputElement {
  return element('input', {
    type: 'text',
    maxlength: maxLength,
    autocomplete: 'off',
    'data-testid': testId,
    ...(placeholder === '' ? {} : { placeholder }),
  });
}

export function textArea(testId: string, rows: number, maxLength: number): HTMLTextAreaElement {
  return element('textarea', { rows, maxlength: maxLength, 'data-testid': testId });
}

export function checkBox(testId: string): HTMLInputElement {
  return element('input', { type: 'checkbox', 'data-testid': testId });
}

/** @param kind classes: `primary`, `quiet`, … */
export function pressButton(
  kind: string,
  testId: string,
  content: readonly (Node | string)[],
  onPress: () => void,
): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', 'data-testid': testId, ...(kind === '' ? {} : { class: kind }) },
    ...content,
  );
  made.addEventListener('click', onPress);
  return made;
}

/** Shows these choices, and one more when the chosen one is none of them: it is not to be lost by looking at it. */
export function showChoices(
  select: HTMLSelectElement,
  choices: readonly { value: string; label: string }[],
  value: string,
): void {
  const isKnown = choices.some((choice) => choice.value === value);
  const all = isKnown
    ? choices
    : [{ value, label: value === '' ? 'The usual one' : value }, ...choices];
  select.replaceChildren(
    ...all.map((choice) => element('option', { value: choice.value }, choice.label)),
  );
  select.value = value;
}
