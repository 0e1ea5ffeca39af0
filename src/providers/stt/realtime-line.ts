import { abortable } from '../../lifetime/abortable.ts';
import { backoffMs } from '../../lifetime/backoff.ts';
import { sleep, type Clock } from '../../lifetime/clock.ts';
import { deadline } from '../../lifetime/deadline.ts';
import { hearingRateHz } from '../../frames/pcm.ts';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { ProviderFailed } from '../provider-failed.ts';
import { iso639 } from './language.ts';
import type { RealtimeEvent } from './realtime-events.ts';
import { RealtimeSocket, type SocketEnd } from './realtime-socket.ts';
import { Segment } from './segment.ts';
import { SpokenItems } from './spoken-items.ts';
import { joined, StreamedUtterance } from './streamed-utterance.ts';
import { promptOf, type Stt, type SttLine, type SttLineOptions, type Transcript } from './stt.ts';

/** Whether a stream is worth a try; shared by all lines to one provider. */
export interface StreamDoor {
  readonly isShut: boolean;
  /** It was refused, or broke again and again. */
  shut(end: SocketEnd): void;
  /** It gave words. */
  opened(): void;
}

export type RealtimeLineDeps = {
  settings: StageSettings;
  clock: Clock;
  random: () => number;
  door: StreamDoor;
  /** Takes whole utterances when the stream cannot. */
  rest: Pick<Stt, 'transcribe'>;
};

/** An item with less than 100 ms is refused. */
const leastSamples = hearingRateHz / 10;
/** After a pause up to here all is sent again: a recogniser does better with a whole sentence than with its parts. */
const mostRepeatedSamples = hearingRateHz * 10;
/** A commit that was too early costs sending all once more: a recogniser that tells words as they come is asked later. */
const hesitationMs = 100;
/** The words of a finished item; the whole utterance at once would take about as long. */
const wordsTimeoutMs = 4_000;
/** The sockets of one utterance: the first, and one more when that broke. */
const mostTries = 2;
const backoff = { firstMs: 200, lastMs: 200 };
/** An idle socket costs the provider a session and us a timer; opening another one hides behind the first words. */
const idleMs = 60_000;
/** OpenAI ends sessions after 60 minutes, once after 30: better between two utterances than in one. */
const renewAfterMs = 25 * 60_000;

/**
 * A conversation's line over one WebSocket. Each item at the recogniser holds the utterance from its beginning: when
 * the user goes on after a pause, the sound is sent again in front of what follows, so that no word is cut in two,
 * doubled or lost. Only a long monologue becomes several items, each from one pause to the next.
 */
export class RealtimeLine implements SttLine {
  readonly #items = new SpokenItems();
  #socket: RealtimeSocket | undefined;
  #utterance = new StreamedUtterance();
  #isClosed = false;
  #isTroubleTold = false;
  #commits = 0;
  #cancelRetry = nothing;
  #cancelIdle = nothing;

  constructor(
    private readonly options: SttLineOptions,
    private readonly deps: RealtimeLineDeps,
  ) {}

  get partial(): string {
    return this.#utterance.partial;
  }

  push(samples: Int16Array): void {
    const utterance = this.#utterance;
    if (this.#isClosed || utterance.isLost) return;
    this.#cancelIdle();
    const current = (utterance.current ??= new Segment());
    current.push(samples);
    if (current.hasGap) {
      this.#lose();
      return;
    }
    // Silence after the words were asked for is sent only when speech follows it.
    if (current.isCommitted) return;
    if (utterance.tries === 0 && !this.#socket) this.#connect();
    this.#flush();
  }

  async words(whole: () => Int16Array, signal: AbortSignal): Promise<Transcript> {
    signal.throwIfAborted();
    // What it knows is enough to begin with; most pauses as short as this one are none.
    if (this.#utterance.current?.isTelling) await sleep(this.deps.clock, hesitationMs, signal);
    const text = this.#commit() ? await this.#awaitWords(signal) : undefined;
    signal.throwIfAborted();
    if (text !== undefined) return { text };
    const { language, hints } = this.options;
    return this.deps.rest.transcribe(whole(), { language, hints, signal });
  }

  goOn(): void {
    const utterance = this.#utterance;
    const { current, isLost } = utterance;
    if (!current?.isCommitted || isLost) return;
    const isKept = current.samples > mostRepeatedSamples && this.#socket?.isReady;
    if (isKept) utterance.split(current);
    else this.#rewind(current);
    if (!this.#socket && utterance.tries < mostTries) this.#connect();
    this.#flush();
  }

  reset(): void {
    const { clock } = this.deps;
    const utterance = this.#utterance;
    if (utterance.current?.isOpenAtServer && this.#socket?.isReady) {
      this.#socket.clear();
      this.#items.clearing();
    }
    for (const segment of utterance.segments) this.#items.forget(segment);
    utterance.giveUp();
    this.#utterance = new StreamedUtterance();
    this.#cancelRetry();
    this.#cancelIdle();
    if (!this.#socket) return;
    if (clock.nowMs() - this.#socket.openedMs >= renewAfterMs) this.#hangUp();
    else this.#cancelIdle = clock.after(idleMs, () => this.#hangUp());
  }

  close(): void {
    this.reset();
    this.#isClosed = true;
    this.#cancelIdle();
    this.#hangUp();
  }

  #connect(): void {
    const { door, settings, clock } = this.deps;
    if (door.isShut) {
      this.#lose();
      return;
    }
    this.#utterance.tries++;
    this.#socket = new RealtimeSocket({
      settings,
      clock,
      language: iso639(this.options.language),
      prompt: promptOf(this.options),
      onReady: () => this.#flush(),
      onEvent: (event) => this.#onEvent(event),
      onEnd: (end) => this.#onEnd(end),
    });
  }

  #hangUp(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#items.restart();
  }

  #flush(): void {
    const { current } = this.#utterance;
    const socket = this.#socket;
    if (!socket?.isReady || !current || current.isCommitted) return;
    for (const samples of current.takeUnsent()) socket.append(samples);
  }

  /** Asks for the words of all sound up to now. @returns false when nobody is there to be asked */
  #commit(): boolean {
    const { current, isLost } = this.#utterance;
    const socket = this.#socket;
    if (!current || isLost || !socket?.isReady) return false;
    if (current.isCommitted && !current.hasUnsent) return true;
    this.goOn();
    const item = this.#utterance.current ?? current;
    if (item.samples < leastSamples) return false;
    this.#flush();
    socket.append(item.takeTail());
    // Sending may have been too much for it.
    if (!isReady(socket)) return false;
    item.commitId = `words-${++this.#commits}`;
    this.#items.committing(item);
    socket.commit(item.commitId);
    return true;
  }

  /** @returns undefined when they did not come; then the whole utterance has to be asked for elsewhere */
  async #awaitWords(signal: AbortSignal): Promise<string | undefined> {
    const { segments } = this.#utterance;
    const limit = deadline(this.deps.clock, 'stt: the words', wordsTimeoutMs, signal);
    try {
      await abortable(Promise.all(segments.map(({ settled }) => settled)), limit.signal);
    } catch (cause) {
      if (signal.aborted) return undefined;
      this.#drop(false, 'timeout', cause);
    } finally {
      limit.clear();
    }
    return segments.every(({ isComplete }) => isComplete) ? joined(segments) : undefined;
  }

  #onEvent(event: RealtimeEvent): void {
    const change = this.#items.note(event, this.#utterance.current);
    if (change !== 'words') return;
    this.deps.door.opened();
    this.#tellPartial();
  }

  #tellPartial(): void {
    const utterance = this.#utterance;
    const { partial } = utterance;
    if (utterance.current?.isCommitted || partial === '' || partial === utterance.told) return;
    utterance.told = partial;
    this.options.onPartial(partial);
  }

  #drop(refused: boolean, reason: ProviderFailed['reason'], cause: unknown): void {
    this.#socket?.close();
    this.#onEnd({ refused, failure: new ProviderFailed('stt', reason, true, cause) });
  }

  #onEnd(end: SocketEnd): void {
    this.#socket = undefined;
    const utterance = this.#utterance;
    const isNeeded = utterance.current !== undefined;
    const isHopeless = end.refused || (isNeeded && utterance.tries >= mostTries);
    if (isHopeless) this.deps.door.shut(end);
    if (isHopeless || isNeeded) this.#tellTrouble(end.failure);
    this.#items.restart();
    const { current } = utterance;
    if (!current) return;
    if (isHopeless || !utterance.isRepeatable) this.#lose();
    // Its words are wanted now: nobody waits for another try.
    else if (current.isCommitted) current.giveUp();
    else {
      this.#rewind(current);
      const waitMs = backoffMs(backoff, utterance.tries - 1, this.deps.random());
      this.#cancelRetry = this.deps.clock.after(waitMs, () => this.#connect());
    }
  }

  #rewind(segment: Segment): void {
    if (!segment.isWhole) {
      this.#lose();
      return;
    }
    this.#items.forget(segment);
    segment.rewind();
  }

  /** What was said so far is in the caller's hands as well. */
  #lose(): void {
    this.#utterance.isLost = true;
    this.#cancelRetry();
    this.#utterance.giveUp();
  }

  #tellTrouble(failure: ProviderFailed): void {
    if (this.#isTroubleTold) return;
    this.#isTroubleTold = true;
    this.options.onTrouble(failure);
  }
}

function nothing(): void {
  // Nothing waits.
}

/** Asked anew: sending changes it. */
function isReady(socket: RealtimeSocket): boolean {
  return socket.isReady;
}
