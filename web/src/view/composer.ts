import type { MicrophoneState, State } from '../state.ts';
import { inCall } from '../state.ts';
import { element, setText } from './element.ts';
import { icon, type IconName } from './icon.ts';

export type ComposerActions = {
  say: (text: string) => void;
  toggleMicrophone: () => void;
  interrupt: () => void;
  hangUp: () => void;
  connect: (how: 'new' | 'continue') => void;
  leave: () => void;
};

const mostLetters = 2000;

/** What the user does in a call: types, mutes, interrupts, ends it; and what can be done after it. */
export class Composer {
  readonly root: HTMLElement;
  readonly #text = element('input', {
    type: 'text',
    placeholder: 'Type a message',
    'aria-label': 'Message',
    autocomplete: 'off',
    enterkeyhint: 'send',
    maxlength: mostLetters,
    'data-testid': 'text',
  });
  readonly #send = control('send', 'Send', 'send');
  readonly #microphone = control('microphone', 'Mute microphone', 'toggle-microphone');
  readonly #interrupt = control('interrupt', 'Interrupt', 'interrupt');
  readonly #end = control('end', 'End', 'end');
  readonly #form: HTMLFormElement;
  readonly #after: HTMLElement;
  readonly #why = element('p', { class: 'why', 'data-testid': 'ended' });
  readonly #continue = afterButton('primary', 'after-continue', 'Continue conversation');
  readonly #new = afterButton('', 'after-new', 'New conversation');

  constructor(actions: ComposerActions) {
    this.#form = element(
      'form',
      { class: 'composer' },
      this.#microphone,
      this.#interrupt,
      this.#text,
      this.#send,
      this.#end,
    );
    const leave = afterButton('quiet', 'after-leave', 'Choose another');
    this.#after = element(
      'div',
      { class: 'after', hidden: true },
      this.#why,
      this.#continue,
      this.#new,
      leave,
    );
    this.root = element('footer', { class: 'desk' }, this.#form, this.#after);
    this.#send.type = 'submit';
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      actions.say(this.#text.value);
      this.#text.value = '';
    });
    this.#microphone.addEventListener('click', actions.toggleMicrophone);
    this.#interrupt.addEventListener('click', actions.interrupt);
    this.#end.addEventListener('click', actions.hangUp);
    this.#continue.addEventListener('click', () => actions.connect('continue'));
    this.#new.addEventListener('click', () => actions.connect('new'));
    leave.addEventListener('click', actions.leave);
  }

  show(state: State): void {
    const { phase, conversation, microphone } = state;
    const open = inCall(state);
    this.#form.hidden = !open;
    this.#after.hidden = open;
    setText(this.#why, phase.kind === 'ended' ? phase.why : '');
    this.#continue.hidden = !state.resumable;
    const joined =
      phase.kind === 'live' || (phase.kind === 'connecting' && phase.step === 'waiting');
    this.#text.disabled = !joined;
    this.#send.disabled = !joined;
    this.#microphone.disabled = !joined || microphone.kind === 'asking';
    this.#interrupt.disabled = !conversation.characterSpeaking;
    this.#showMicrophone(microphone);
  }

  #showMicrophone({ kind }: MicrophoneState): void {
    if (this.#microphone.dataset.state === kind) return;
    this.#microphone.dataset.state = kind;
    const on = kind === 'on';
    this.#microphone.replaceChildren(
      icon(on ? 'microphone' : 'microphoneOff'),
      label(labels[kind]),
    );
    this.#microphone.setAttribute('aria-pressed', String(kind === 'muted'));
    this.#microphone.setAttribute('aria-label', on ? 'Mute microphone' : 'Turn microphone on');
  }
}

const labels = { on: 'Mute', muted: 'Muted', off: 'Mic off', asking: 'Asking', failed: 'Mic off' };

const label = (text: string) => element('span', { class: 'control-label' }, text);

function control(name: IconName, words: string, testId: string): HTMLButtonElement {
  return element(
    'button',
    {
      type: 'button',
      class: `control ${name}`,
      'aria-label': words,
      title: words,
      'data-testid': testId,
    },
    icon(name),
    label(words),
  );
}

function afterButton(kind: string, testId: string, words: string): HTMLButtonElement {
  return element('button', { type: 'button', class: kind, 'data-testid': testId }, words);
}
