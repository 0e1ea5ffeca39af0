import { hearingRateHz, type Heard, type LiveSound } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stt, SttLine } from '../providers/stt/stt.ts';
import { openLine } from '../providers/stt/whole-utterances.ts';
import type { Vad, VadStream } from '../providers/vad/vad.ts';
import {
  SpeechDetector,
  type SpeechChange,
  type SpeechDetection,
} from '../turn/speech-detector.ts';
import { spokenWords } from '../turn/spoken-words.ts';
import type { ExchangeStart } from './exchange.ts';
import { hear } from './hear.ts';
import { Listening, type Transcribed } from './listening.ts';
import { Recording } from './recording.ts';
import type { RecogniserWork } from '../providers/turn-work.ts';

export type UtteranceDeps = {
  clock: Clock;
  stt: Stt;
  vad: Pick<Vad, 'openStream'>;
  language: string;
  /** Who speaks, where that is known. */
  speaker?: Participant;
  detection?: SpeechDetection;
  newId: () => string;
  onRetry: (failure: ProviderFailed) => void;
  /** The words so far, while the user speaks, from a recogniser that knows them. */
  onPartial: (text: string) => void;
  /** The recogniser's stream failed; whole utterances are transcribed instead. */
  onTrouble: (failure: ProviderFailed) => void;
};

/** What the user is saying: its sound, its words as far as they are known, and when it paused. */
export class Utterance {
  readonly #line: SttLine;
  readonly #recording: Recording;
  readonly #detector: SpeechDetector;
  readonly #listening: Listening;
  #vad: VadStream | undefined;
  #words = '';
  #wordsAtMs = 0;
  /** For the words so far; calls in vain count too. */
  #work: RecogniserWork | undefined;
  #heardUntilMs: number | undefined;
  #microphone: LiveSound | undefined;
  #startedMs = 0;
  #pausedAtMs = 0;
  #isPaused = false;
  #isSpeaking = false;
  /** The user went on before a sound of the answer was heard: their turn began with these words. */
  #carried: { turnId: string; text: string } | undefined;

  constructor(private readonly deps: UtteranceDeps) {
    this.#detector = new SpeechDetector(deps.detection);
    const onPartial = (text: string) => {
      if (spokenWords(text) !== '') deps.onPartial(text);
    };
    this.#line = openLine(deps.stt, { ...deps, onPartial });
    this.#recording = new Recording((piece) => {
      this.#line.push(piece);
    }, deps.detection?.startMs);
    this.#listening = new Listening(this.#line, deps.onRetry);
  }

  get words(): string {
    return this.#words;
  }

  /** What a streaming recogniser knows already of the words; empty when it does not, or there is no such. */
  get partial(): string {
    return spokenWords(this.#line.partial);
  }

  /** Something was said that is not done with yet. */
  get isBegun(): boolean {
    return this.#detector.inUtterance;
  }

  get heard(): Heard {
    return { untilMs: this.#heardUntilMs, isBehind: this.#microphone?.isWaiting ?? false };
  }

  get startedMs(): number {
    return this.#startedMs;
  }

  /** When they fell silent; undefined while they speak. */
  get silentSinceMs(): number | undefined {
    return this.#isPaused ? this.#pausedAtMs : undefined;
  }

  /** Speech and silence of a microphone, until that ends. */
  async *changes(microphone: LiveSound, signal: AbortSignal): AsyncGenerator<SpeechChange, void> {
    this.#microphone = microphone;
    // Not before somebody is heard: many only write.
    const vad = (this.#vad ??= this.deps.vad.openStream());
    const onHeard = (untilMs: number) => void (this.#heardUntilMs = untilMs);
    const deps = { vad, detector: this.#detector, recording: this.#recording, onHeard };
    try {
      for await (const change of hear(microphone, deps, signal)) {
        this.#note(change);
        yield change;
      }
    } finally {
      this.#heardUntilMs = undefined;
      this.#microphone = undefined;
    }
  }

  /** No sound comes for now, as when the microphone was muted in mid-word. */
  fallSilent(): SpeechChange | undefined {
    const change = this.#detector.silence();
    if (change) this.#note(change);
    return change;
  }

  /** The client says that it ends here. */
  endNow(): void {
    this.#isSpeaking = false;
    this.#pausedAtMs = this.deps.clock.nowMs();
  }

  /** Its words have come to an end, and its sound goes on. */
  wordsEnd(): void {
    this.#pausedAtMs = this.deps.clock.nowMs();
  }

  /** Transcribes what was said up to now; never rejects. An earlier transcription is cancelled by it. */
  async transcribe(): Promise<Transcribed> {
    const { clock } = this.deps;
    const { samples } = this.#recording;
    const askedMs = clock.nowMs();
    const result = await this.#listening.transcribe(() => this.#recording.snapshot());
    const tookMs = clock.nowMs() - askedMs;
    this.#work = {
      ttfbMs: tookMs,
      processingMs: (this.#work?.processingMs ?? 0) + tookMs,
      audioMs: (this.#work?.audioMs ?? 0) + (1000 * samples) / hearingRateHz,
    };
    if (result.kind === 'words') {
      this.#words = result.text;
      this.#wordsAtMs = clock.nowMs();
    }
    if (result.kind !== 'superseded') this.#keepListening();
    return result;
  }

  cancelTranscription(): void {
    this.#listening.cancel();
    this.#keepListening();
  }

  /** The next answer is to these words and what follows them, under the same turn. */
  carry(turnId: string, text: string): void {
    this.#carried = { turnId, text };
  }

  /**
   * The turn as it would be if the user were done now.
   * @param words of the utterance, where better ones are not there yet
   */
  asTurn(words = this.#words): ExchangeStart & { userText: string } {
    const carried = this.#carried;
    return {
      turnId: carried?.turnId ?? this.deps.newId(),
      origin: 'speech',
      ...(this.deps.speaker && { speaker: this.deps.speaker }),
      userText: [carried?.text, words].filter(Boolean).join(' '),
      zeroMs: this.#pausedAtMs,
      wordsAtMs: Math.max(this.#wordsAtMs, this.#pausedAtMs),
      ...(this.#work && { recogniser: this.#work }),
    };
  }

  /** Its sound and words are done with: what comes next is another utterance. Carried words stay. */
  forget(): void {
    this.#isSpeaking = false;
    this.#dismiss();
    this.#recording.discard();
    this.#detector.reset();
  }

  /** Its words are done with, or there were none; its sound goes on, and what follows in it is heard. */
  disregard(): void {
    this.#dismiss();
    this.#recording.restart();
  }

  /** Forgets what was carried: it is being answered. */
  settle(): void {
    this.#carried = undefined;
  }

  /** Nothing is heard any more. */
  close(): void {
    this.#listening.cancel();
    this.#line.close();
  }

  #dismiss(): void {
    this.#listening.cancel();
    this.#line.reset();
    this.#words = '';
    this.#work = undefined;
  }

  #note(change: SpeechChange): void {
    this.#isPaused = change.kind === 'speechPaused';
    this.#isSpeaking = change.kind !== 'speechPaused';
    if (change.kind === 'speechPaused') this.#pausedAtMs = change.endedMs;
    if (change.kind === 'speechResumed') this.#line.goOn();
    if (change.kind === 'speechStarted') this.#startedMs = change.startedMs;
  }

  /** The words were asked for in mid-speech, over the character's voice: there will be more of them. */
  #keepListening(): void {
    if (this.#isSpeaking) this.#line.goOn();
  }
}
