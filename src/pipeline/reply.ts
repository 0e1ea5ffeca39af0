import { durationMs } from '../frames/pcm.ts';
import type { SpeechFrame, TimedWord } from '../frames/speech-timing.ts';
import type { VoiceOut } from '../frames/voice-out.ts';
import { BoundedQueue } from '../lifetime/bounded-queue.ts';
import type { Clock } from '../lifetime/clock.ts';
import { Gate } from '../lifetime/gate.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { Emotion } from '../script/emotion.ts';
import { endsInQuestion, type AnswerRest } from '../turn/answer-rest.ts';
import { heardText, type SpokenPiece } from '../turn/heard.ts';
import { ClauseCutter } from './clauses.ts';
import type { Lines } from './performance.ts';
import { speak } from './speak.ts';

/** What happens in an answer, in order; held back until the answer is released. */
export type ReplyEvent =
  | { kind: 'textBegan' }
  | { kind: 'text'; text: string }
  /** Of an answer that did not fail. */
  | { kind: 'textEnded' }
  /** This and the next come after the text. */
  | { kind: 'silence'; reason: 'abstain' | undefined }
  | { kind: 'actions'; actions: PerformedAction[] }
  | { kind: 'story'; from: string; to: string }
  | { kind: 'emotion'; emotion: Emotion }
  | { kind: 'synthesisBegan' }
  | { kind: 'soundBegan' }
  /** Another piece begins to sound: progress worth keeping. */
  | { kind: 'pieceBegan' };

export type ReplyEnd =
  | { kind: 'finished' }
  | { kind: 'cancelled' }
  | { kind: 'failed'; stage: 'llm' | 'tts'; cause: unknown };

/** Clock times in milliseconds at which things happened first. */
export type ReplyTimes = { token?: number; clause?: number; byte?: number; sound?: number };

export type Speech = { tts: Tts; voice: string | undefined; language: string };
export type ReplyDeps = {
  clock: Clock;
  voice: VoiceOut;
  onRetry: (failure: ProviderFailed) => void;
};
/** A model that never stops would fill memory; nobody listens to four minutes of one answer. */
const mostChars = 4_000;
/** Speech has 12 to 16 letters a second. Used only while the length of a piece's sound is not known yet. */
const msPerChar = 65;

/**
 * One answer on its way: lines from their source, their words cut into pieces, spoken. It may be begun on a guess: until `release`
 * nothing of it is heard or told, and the first sound waits at the gate.
 */
export class Reply {
  readonly times: ReplyTimes = {};
  /** Never rejects. Resolves once everything was heard, or the reply was cancelled or failed. */
  readonly done: Promise<ReplyEnd>;
  readonly #aborting = new AbortController();
  readonly #gate = new Gate();
  readonly #held: ReplyEvent[] = [];
  readonly #spoken: SpokenPiece[] = [];
  /** All that went to the synthesiser, as written. */
  readonly #pieces: string[] = [];
  #text = '';
  #writtenMs = 0;
  /** All of its sound. */
  #isWritten = false;

  constructor(
    readonly turnId: string,
    private readonly lines: Lines,
    /** Undefined for an answer in writing only. */
    private readonly speech: Speech | undefined,
    private readonly deps: ReplyDeps,
    private readonly onEvent: (event: ReplyEvent) => void,
  ) {
    this.done = this.#run();
  }

  /** Opens the gate: what was held back is told, and sound flows. */
  release(): void {
    if (this.#gate.isOpen) return;
    this.deps.voice.startTurn();
    for (const event of this.#held.splice(0)) this.onEvent(event);
    this.#gate.open();
  }

  /** Ends the calls to model and synthesiser. The voice is the caller's to clear. */
  cancel(): void {
    this.#aborting.abort(new ReplyCancelled());
    this.#gate.open();
  }

  /** What the listener has had so far. */
  heard(): { text: string; ms: number } {
    if (!this.speech) return { text: this.#gate.isOpen ? this.#text.trim() : '', ms: 0 };
    const ms = Math.min(this.deps.voice.playedMs(), this.#writtenMs);
    return { text: heardText(this.#spoken, ms), ms };
  }

  /** What the listener has not had yet. */
  get rest(): AnswerRest {
    const leftMs = Math.max(0, this.#writtenMs - this.deps.voice.playedMs());
    return {
      leftMs: this.#isWritten ? leftMs : undefined,
      asks: endsInQuestion(this.#text),
    };
  }

  async #run(): Promise<ReplyEnd> {
    // At most one piece for each character of a bounded text: this bound is never met.
    const pieces = new BoundedQueue<string>({ capacity: mostChars, whenFull: 'dropNewest' });
    const thinking = this.#think(pieces);
    try {
      await (this.speech
        ? this.#say(pieces.read(this.#aborting.signal), this.speech)
        : this.#gate.opened);
    } catch (cause) {
      await this.#hearOut();
      if (!this.#aborting.signal.aborted) {
        this.#aborting.abort(cause);
        await thinking;
        return { kind: 'failed', stage: 'tts', cause };
      }
    }
    const thought = await thinking;
    return this.#aborting.signal.aborted ? { kind: 'cancelled' } : thought;
  }

  /** What the voice has already is still heard, and can be interrupted, before a failure ends the turn. Never rejects. */
  async #hearOut(): Promise<void> {
    const { signal } = this.#aborting;
    if (this.#writtenMs === 0 || signal.aborted) return;
    // It rejects when the reply is cancelled meanwhile, which the caller sees.
    await this.deps.voice.drained(signal).catch(() => undefined);
  }

  async #think(pieces: BoundedQueue<string>): Promise<ReplyEnd> {
    const cutter = new ClauseCutter();
    const { signal } = this.#aborting;
    this.#tell({ kind: 'textBegan' });
    try {
      const afterText: ReplyEvent[] = [];
      for await (const line of this.lines(signal, this.#gate.opened)) {
        if (signal.aborted) break;
        this.times.token ??= this.deps.clock.nowMs();
        switch (line.kind) {
          case 'text':
            this.#take(line.text, cutter, pieces);
            break;
          case 'emotion':
            this.#tell(line);
            break;
          case 'actions':
          case 'story':
          case 'silence':
            afterText.push(line);
        }
        if (this.#text.length >= mostChars) break;
      }
      for (const piece of cutter.end()) pieces.push(piece);
      this.#tell({ kind: 'textEnded' });
      for (const event of afterText) this.#tell(event);
      return { kind: 'finished' };
    } catch (cause) {
      if (signal.aborted) return { kind: 'cancelled' };
      // What was said well is still said; the break is reported after it. Whether the text ends here is not ours to say.
      for (const piece of cutter.end()) pieces.push(piece);
      return { kind: 'failed', stage: 'llm', cause };
    } finally {
      pieces.end();
    }
  }

  #take(text: string, cutter: ClauseCutter, pieces: BoundedQueue<string>): void {
    const kept = text.slice(0, mostChars - this.#text.length);
    this.#text += kept;
    this.#tell({ kind: 'text', text: kept });
    for (const piece of cutter.push(kept)) pieces.push(piece);
  }

  async #say(pieces: AsyncGenerator<string, void>, speech: Speech): Promise<void> {
    const { voice, clock, onRetry } = this.deps;
    const { signal } = this.#aborting;
    const options = { voice: speech.voice, language: speech.language, signal };
    for await (const { piece, text, frame } of speak(
      this.#noting(pieces),
      speech.tts,
      options,
      onRetry,
    )) {
      if (frame && this.times.byte === undefined) {
        this.times.byte = clock.nowMs();
        this.#tell({ kind: 'synthesisBegan' });
      }
      await this.#gate.opened;
      signal.throwIfAborted();
      if (frame) await this.#write(piece, text, frame, voice);
      // How long it sounds is known now: the next one may be long in coming.
      else this.#passSilentPieces(piece + 1);
    }
    await this.#gate.opened;
    signal.throwIfAborted();
    this.#isWritten = true;
    await voice.drained(signal);
  }

  async #write(piece: number, text: string, frame: SpeechFrame, voice: VoiceOut): Promise<void> {
    if (this.times.sound === undefined) {
      this.times.sound = this.deps.clock.nowMs();
      this.onEvent({ kind: 'soundBegan' });
    }
    let spoken = this.#spoken[piece];
    if (!spoken) {
      this.#passSilentPieces(piece);
      spoken = { text, startMs: this.#writtenMs, durationMs: text.length * msPerChar };
      this.#spoken.push(spoken);
      if (piece > 0) this.onEvent({ kind: 'pieceBegan' });
    }
    if (frame.timing) noteWords(spoken, frame.timing.words, this.#writtenMs);
    this.#writtenMs += durationMs(frame);
    spoken.durationMs = Math.max(spoken.durationMs, this.#writtenMs - spoken.startMs);
    await voice.write(frame, this.#aborting.signal);
  }

  /** All sound of the pieces before this one was written; an emoji alone makes none, and counts as heard where it stands. */
  #passSilentPieces(before: number): void {
    const last = this.#spoken.at(-1);
    if (last) last.durationMs = this.#writtenMs - last.startMs;
    for (const text of this.#pieces.slice(this.#spoken.length, before)) {
      this.#spoken.push({ text, startMs: this.#writtenMs, durationMs: 0 });
    }
  }

  async *#noting(pieces: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
    for await (const piece of pieces) {
      this.times.clause ??= this.deps.clock.nowMs();
      this.#pieces.push(piece);
      yield piece;
    }
  }

  #tell(event: ReplyEvent): void {
    if (this.#aborting.signal.aborted) return;
    if (this.#gate.isOpen) this.onEvent(event);
    else this.#held.push(event);
  }
}

/** @param fromMs where the words' own times begin in the sound of the answer */
function noteWords(spoken: SpokenPiece, words: readonly TimedWord[], fromMs: number): void {
  spoken.words ??= [];
  for (const { text, startMs, endMs } of words) {
    spoken.words.push({ text, startMs: fromMs + startMs, endMs: fromMs + endMs });
  }
}

/** The reason a cancelled reply's calls are aborted with. */
class ReplyCancelled extends Error {
  override readonly name = 'ReplyCancelled';
}
