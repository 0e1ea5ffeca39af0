import { PublicError } from '../errors/public-error.ts';
import { endOf } from '../protocol/plain-text.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';

/** The words are not to be answered. */
export class InputBlocked extends PublicError {
  override readonly name = 'InputBlocked';
  constructor(reason: string) {
    super(400, 'input_blocked', `The inspection stopped these words. ${reason}. Say it in others.`);
  }
}

/** What the character was about to say is not to be shown; nothing of it was kept. */
export class OutputBlocked extends PublicError {
  override readonly name = 'OutputBlocked';
  constructor(reason: string) {
    super(
      400,
      'output_blocked',
      `The inspection stopped the answer. ${reason}. Ask for something else.`,
    );
  }
}

/** Inspection was asked for, and nobody could make it: unlike elsewhere nothing is said then. */
export class InspectionFailed extends PublicError {
  override readonly name = 'InspectionFailed';
  constructor(cause: unknown) {
    super(503, 'inspection_failed', 'The inspection did not answer. Send the same again.', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

/** Watches over one answer in writing. */
export interface Inspection {
  /** More of the answer came. @returns what may be shown now, of what was held back and of this. @throws {PublicError} */
  pass(text: string): Promise<string>;
  /** The answer ends with this. @returns all that is left of it. @throws {PublicError} */
  end(text: string): Promise<string>;
  /** Nobody waits for it any more. */
  abandon(): void;
}

/**
 * @param said by the user, oldest first: what is answered stands last, and is judged by itself
 * @throws {InputBlocked | InspectionFailed}
 */
export async function inspectWords(
  said: readonly string[],
  moderation: Moderation,
  signal: AbortSignal,
): Promise<void> {
  const texts = [...said.slice(-1), ...earlierParts(said.slice(0, -1))];
  const judgeOne = async (text: string) => {
    const reason = await judged(text, moderation, signal);
    if (reason !== null) throw new InputBlocked(reason);
  };
  await Promise.all(texts.map(judgeOne));
}

/** The newest of it: more than a prompt has room for, whatever the language (`prompt/prompt.ts`). */
const mostEarlierChars = 24_000;
const earlierPartChars = 4_000;
/** Judged with both parts: what stands where one ends is in the other one, whole. */
const overlapChars = 200;

function earlierParts(earlier: readonly string[]): string[] {
  const text = endOf(earlier.join('\n'), mostEarlierChars);
  const parts: string[] = [];
  for (let to = text.length; to > 0; to -= earlierPartChars - overlapChars) {
    parts.push(endOf(text.slice(0, wholeEnd(text, to)), earlierPartChars));
    if (to <= earlierPartChars) break;
  }
  return parts;
}

/** @throws {OutputBlocked | InspectionFailed} */
export async function inspectAnswer(
  text: string,
  moderation: Moderation,
  signal: AbortSignal,
): Promise<void> {
  const reason = await judged(text, moderation, signal);
  if (reason !== null) throw new OutputBlocked(reason);
}

async function judged(text: string, moderation: Moderation, signal: AbortSignal) {
  try {
    return await moderation.judge(text, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new InspectionFailed(cause);
  }
}

/** A sentence, or a line: what comes next may turn its meaning, so the text before it is judged with it again. */
const sentenceEnd = /[.!?。！？…\n]["'”’）)\]】」』]*/gu;
/** Nobody waits longer than for this. */
const mostHeldChars = 200;
/** The endpoint's requests are bounded: judged at once, and as much of what was shown before with it. */
const mostJudgedChars = 2_000;

/** The words are judged beside the answer to them, and the answer sentence by sentence before it is shown. */
export class DataInspection implements Inspection {
  readonly #stopping = new AbortController();
  readonly #words: Promise<void>;
  /** The end of it. */
  #shown = '';
  #held = '';

  /** @param said as `inspectWords` takes it */
  constructor(
    said: readonly string[],
    private readonly moderation: Moderation,
    signal: AbortSignal,
  ) {
    const stop = () => {
      this.#stopping.abort(signal.reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: this.#stopping.signal });
    this.#words = inspectWords(said, moderation, this.#stopping.signal);
    // Who waits for it learns of a failure there.
    this.#words.catch(() => undefined);
  }

  async pass(text: string): Promise<string> {
    await this.#words;
    this.#held += text;
    const last = [...this.#held.matchAll(sentenceEnd)].at(-1);
    if (!last) return this.#held.length > mostHeldChars ? this.end('') : '';
    return this.#release(last.index + last[0].length);
  }

  async end(text: string): Promise<string> {
    await this.#words;
    this.#held += text;
    return this.#release(this.#held.length);
  }

  abandon(): void {
    this.#stopping.abort(new Error('nobody waits for this inspection'));
  }

  async #release(chars: number): Promise<string> {
    const text = this.#held.slice(0, chars);
    for (let from = 0; from < text.length;) {
      const to = wholeEnd(text, Math.min(from + mostJudgedChars, text.length));
      const all = this.#shown + text.slice(from, to);
      await inspectAnswer(all, this.moderation, this.#stopping.signal);
      this.#shown = all.slice(wholeEnd(all, Math.max(0, all.length - mostJudgedChars)));
      from = to;
    }
    this.#held = this.#held.slice(chars);
    return text;
  }
}

/** The same place, or the one before where it would cut a character that takes two units. */
function wholeEnd(text: string, at: number): number {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1)) ? at - 1 : at;
}
