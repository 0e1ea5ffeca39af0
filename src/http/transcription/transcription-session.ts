import { rmsDbfs } from '../../audio/level.ts';
import { hearingRateHz } from '../../frames/pcm.ts';
import type { Stt, SttLine } from '../../providers/stt/stt.ts';
import { openLine } from '../../providers/stt/whole-utterances.ts';
import { vadWindowSamples, type VadStream } from '../../providers/vad/vad.ts';
import { SpeechDetector } from '../../turn/speech-detector.ts';
import type { TranscriptionEvent } from './transcription-events.ts';

const windowMs = (vadWindowSamples * 1000) / hearingRateHz;
/** Sound from before speech was noticed that belongs to it. */
const preRollSamples = hearingRateHz / 2;
/** Dictation pauses longer than talk does: what ends here cannot be taken back. */
const endAfterMs = 700;
/** An utterance is cut here, for a recogniser takes no hours. */
const mostUtteranceMs = 60_000;
const transcribeMs = 30_000;

export type SessionDeps = {
  stt: Stt;
  vad: VadStream;
  /** BCP 47 tag. */
  language: string;
  send: (event: TranscriptionEvent) => void;
  onTrouble: (cause: unknown) => void;
  signal: AbortSignal;
};

/** One voice: sound in, words out. Time is that of the sound, whatever pace it comes at. */
export class TranscriptionSession {
  readonly #line: SttLine;
  readonly #detector = new SpeechDetector();
  /** What was heard before the utterance, or of it. */
  #pieces: Int16Array[] = [];
  #window = new Int16Array(0);
  #heardMs = 0;
  #pausedMs: number | undefined;
  #beganMs: number | undefined;
  #sequence = 0;

  constructor(private readonly deps: SessionDeps) {
    this.#line = openLine(deps.stt, {
      language: deps.language,
      onPartial: (text) => this.#tell('transcript.partial', text),
      onTrouble: deps.onTrouble,
    });
  }

  /** @param samples mono PCM at `hearingRateHz`. Resolves when they are heard, and what they end is transcribed. */
  async hear(samples: Int16Array): Promise<void> {
    const joined = new Int16Array(this.#window.length + samples.length);
    joined.set(this.#window);
    joined.set(samples, this.#window.length);
    let at = 0;
    for (; at + vadWindowSamples <= joined.length; at += vadWindowSamples) {
      if (this.deps.signal.aborted) return;
      await this.#hearWindow(joined.slice(at, at + vadWindowSamples));
    }
    this.#window = joined.slice(at);
  }

  /** Tells the words so far as final, nothing where nothing was said. Never rejects. */
  async finalize(): Promise<void> {
    const wasSpeaking = this.#beganMs !== undefined;
    if (wasSpeaking && this.#window.length > 0) this.#keep(this.#window);
    this.#window = new Int16Array(0);
    if (wasSpeaking) await this.#transcribe();
    else this.#tell('transcript.final', '');
  }

  close(): void {
    this.#line.close();
  }

  /** Whether somebody is in the middle of something. */
  get isSpeaking(): boolean {
    return this.#beganMs !== undefined;
  }

  async #hearWindow(window: Int16Array): Promise<void> {
    const probability = await this.deps.vad.speechProbability(window);
    this.#heardMs += windowMs;
    const change = this.#detector.push(probability, this.#heardMs, windowMs, rmsDbfs(window));
    if (change?.kind === 'speechStarted') {
      this.#beganMs = this.#heardMs;
      for (const piece of this.#pieces) this.#line.push(piece);
    }
    this.#keep(window);
    if (change?.kind === 'speechPaused') this.#pausedMs = change.endedMs;
    if (change?.kind === 'speechResumed') this.#pausedMs = undefined;
    if (this.#beganMs === undefined) return;
    const isOver = this.#pausedMs !== undefined && this.#heardMs - this.#pausedMs >= endAfterMs;
    if (isOver || this.#heardMs - this.#beganMs >= mostUtteranceMs) await this.#transcribe();
  }

  #keep(samples: Int16Array): void {
    this.#pieces.push(samples);
    if (this.#beganMs !== undefined) {
      this.#line.push(samples);
      return;
    }
    let kept = this.#pieces.reduce((sum, { length }) => sum + length, 0);
    while (kept - (this.#pieces[0]?.length ?? 0) >= preRollSamples)
      kept -= this.#pieces.shift()?.length ?? 0;
  }

  async #transcribe(): Promise<void> {
    const { signal, send, onTrouble } = this.deps;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#beganMs = undefined;
    this.#pausedMs = undefined;
    this.#detector.reset();
    try {
      const until = AbortSignal.any([signal, AbortSignal.timeout(transcribeMs)]);
      const { text } = await this.#line.words(() => joined(pieces), until);
      this.#tell('transcript.final', text);
    } catch (cause) {
      if (signal.aborted) return;
      onTrouble(cause);
      send({ type: 'error', data: { message: 'Speech could not be transcribed.' } });
    } finally {
      this.#line.reset();
    }
  }

  #tell(type: 'transcript.partial' | 'transcript.final', text: string): void {
    const is_final = type === 'transcript.final';
    this.deps.send({
      type,
      data: {
        sequence_id: ++this.#sequence,
        text,
        is_final,
        is_formatted: is_final && /[\p{Lu}\p{P}]/u.test(text),
        message_type: is_final ? 'FinalTranscript' : 'Turn',
        language_code: null,
      },
    });
  }
}

function joined(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
