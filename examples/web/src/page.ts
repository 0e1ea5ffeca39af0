/** The elements of index.html. */
export function element<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return found;
}

/** @returns what is in a form's field, without the blanks around it */
export function field(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** @throws {Error} when it is no JSON object */
export function jsonObject(text: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text);
  if (!isObject(parsed)) throw new Error('That must be a JSON object.');
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shows why something did not work; undefined takes the last one away. */
export function showError(error: Error | undefined): void {
  const place = element('error', HTMLParagraphElement);
  place.hidden = error === undefined;
  place.textContent = error?.message ?? '';
}
