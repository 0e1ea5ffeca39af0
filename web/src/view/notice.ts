import { wordsFor, type Failure, type Words } from '../failure.ts';
import type { State } from '../state.ts';
import { element, setText } from './element.ts';

export type NoticeActions = { retry: () => void; giveKey: () => void; allowSound: () => void };

/** What stands between the user and a conversation, in plain words, with the button that may help. */
export class Notice {
  readonly root = element('div', { class: 'notices', 'aria-live': 'assertive' });
  readonly #failure: Banner;
  readonly #microphone: Banner;
  readonly #sound: Banner;
  #busyUntilMs = 0;
  #shown: State['failure'];
  /** The microphone's problem as it was last put aside: typing needs the room on a phone. */
  #setAside: Words | undefined;
  #microphoneWords: Words | undefined;

  constructor(actions: NoticeActions) {
    this.#failure = new Banner('error', () => {
      if (this.#shown?.kind === 'keyWanted') actions.giveKey();
      else actions.retry();
    });
    this.#microphone = new Banner('microphone-problem', () => {
      this.#setAside = this.#microphoneWords;
      this.#microphone.show(undefined);
    });
    this.#sound = new Banner('sound-blocked', actions.allowSound);
    this.root.append(this.#failure.root, this.#microphone.root, this.#sound.root);
  }

  show({ failure, microphone, soundBlocked }: State): void {
    if (failure !== this.#shown) {
      this.#shown = failure;
      this.#showFailure(failure);
    }
    const words = microphone.kind === 'failed' ? microphone.words : undefined;
    this.#microphoneWords = words;
    const wanted = words === this.#setAside ? undefined : words;
    this.#microphone.show(wanted?.title, wanted?.advice, 'Dismiss');
    this.#sound.show(
      soundBlocked ? 'The browser holds the sound back' : undefined,
      'It wants to be asked by a press of a button.',
      'Play sound',
    );
  }

  #showFailure(failure: State['failure']): void {
    if (!failure) {
      this.#failure.show(undefined);
      return;
    }
    const { title, advice } = wordsFor(failure);
    this.#failure.root.dataset.kind = failure.kind;
    this.#failure.show(title, advice, actionFor(failure));
    if (failure.kind !== 'busy') return;
    this.#busyUntilMs = performance.now() + failure.retryAfterS * 1000;
    this.#countDown(failure);
  }

  #countDown(failure: State['failure']): void {
    if (this.#shown !== failure) return;
    const leftS = Math.ceil((this.#busyUntilMs - performance.now()) / 1000);
    this.#failure.hold(leftS > 0 ? `Try again in ${leftS} s` : undefined, 'Try again');
    if (leftS > 0) setTimeout(() => this.#countDown(failure), 250);
  }
}

function actionFor({ kind }: Failure): string {
  if (kind === 'keyWanted') return 'Enter key';
  return kind === 'dropped' ? 'Continue' : 'Try again';
}

class Banner {
  readonly root: HTMLElement;
  readonly #title = element('strong', {});
  readonly #advice = element('span', {});
  readonly #button = element('button', { type: 'button' });

  constructor(testId: string, onPress?: () => void) {
    this.root = element(
      'div',
      { class: `notice ${testId}`, 'data-testid': testId, hidden: true },
      element('p', {}, this.#title, ' ', this.#advice),
      ...(onPress ? [this.#button] : []),
    );
    if (onPress) this.#button.addEventListener('click', onPress);
  }

  /** @param title undefined hides it */
  show(title: string | undefined, advice = '', action = ''): void {
    this.root.hidden = title === undefined;
    setText(this.#title, title ?? '');
    setText(this.#advice, advice);
    this.hold(undefined, action);
  }

  /** @param why while this is said the button cannot be pressed */
  hold(why: string | undefined, action: string): void {
    this.#button.disabled = why !== undefined;
    setText(this.#button, why ?? action);
  }
}
