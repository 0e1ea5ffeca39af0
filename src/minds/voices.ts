import { createHash } from 'node:crypto';
import { pcmBytes } from '../audio/pcm-bytes.ts';
import { wavHeader } from '../audio/wav.ts';
import { PublicError } from '../errors/public-error.ts';
import { speakingRateHz } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Character } from '../protocol/character.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Providers } from '../providers/open-providers.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import { speakLong } from '../providers/tts/long-text.ts';
import { spokenForm } from '../script/emoji.ts';
import { GrowingSound } from '../sounds/growing-sound.ts';
import type { SoundStore } from '../sounds/sound-store.ts';
import type { Log } from '../telemetry/log.ts';

/** What a character said, in a turn of a workspace. */
export type Said = { workspaceId: string; turnId: string; text: string; character: Character };
export type VoicesDeps = { providers: Providers; store: SoundStore; clock: Clock; log: Log };

/** Ten minutes; each sound is held in memory while it is made. */
const mostBytes = speakingRateHz * 2 * 600;
/** Of one workspace, and of all, at once. */
const mostMade = { ofWorkspace: 4, ofAll: 16 } as const;
/** The longest that a WAV's header can say: players take it as "until the end". */
const unknownLength = 0xffff_ffff - 36;

type Making = {
  workspaceId: string;
  sound: GrowingSound;
  readers: number;
  ending: AbortController;
  /** Resolves when it is whole and kept, and when it failed. Never rejects. */
  done: Promise<void>;
};

/** Answers in their character's voice: made once, heard while they are made, then kept. */
export class Voices {
  readonly #makings = new Map<string, Making>();

  constructor(private readonly deps: VoicesDeps) {}

  /** @returns the whole WAV's length in bytes, when it is kept */
  async find(said: Said): Promise<number | undefined> {
    const name = nameOf(said);
    const making = this.#makings.get(name);
    // It is only being written: in a moment its length is known.
    if (making?.sound.isWhole) await making.done;
    return this.deps.store.find(name);
  }

  /** A part of a kept WAV. @param range first and last byte */
  read(said: Said, range: { start: number; end: number }) {
    return this.deps.store.read(nameOf(said), range);
  }

  /** Removes the voice of turns that were deleted. */
  forget(turnIds: readonly string[]): Promise<void> {
    return this.deps.store.forget(turnIds);
  }

  /**
   * The WAV as it is made, its length unknown. When nobody reads any more before its end, the making is given up.
   * @throws {SpeechFailed | TooManyVoices}
   */
  async *stream(said: Said): AsyncGenerator<Uint8Array, void> {
    const making = this.#join(said);
    let begun = false;
    try {
      for await (const piece of making.sound.read()) {
        if (!begun) yield wavHeader(speakingRateHz, unknownLength);
        begun = true;
        yield piece;
      }
    } finally {
      this.#leave(said, making);
    }
  }

  /** Waits until it is kept. @throws {SpeechFailed | TooManyVoices} or the signal's reason */
  async whole(said: Said, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const making = this.#join(said);
    const left = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('nobody waits for it'));
      });
    });
    try {
      await Promise.race([making.done, left]);
      for await (const piece of making.sound.read()) if (piece.byteLength > 0) break;
    } finally {
      this.#leave(said, making);
    }
  }

  #join(said: Said): Making {
    const making = this.#makings.get(nameOf(said)) ?? this.#begin(said);
    making.readers++;
    return making;
  }

  #leave(said: Said, making: Making): void {
    making.readers--;
    if (making.readers > 0) return;
    making.ending.abort(new Error('nobody listens'));
    const name = nameOf(said);
    // Who comes now begins it anew; one that is whole is only being written.
    if (this.#makings.get(name) === making && !making.sound.isWhole) this.#makings.delete(name);
  }

  #begin(said: Said): Making {
    const all = [...this.#makings.values()];
    const own = all.filter(({ workspaceId }) => workspaceId === said.workspaceId).length;
    if (own >= mostMade.ofWorkspace || all.length >= mostMade.ofAll) throw new TooManyVoices();
    const ending = new AbortController();
    const sound = new GrowingSound();
    const { workspaceId } = said;
    const name = nameOf(said);
    const done = this.#make(said, sound, ending.signal).finally(() => {
      if (this.#makings.get(name)?.sound === sound) this.#makings.delete(name);
    });
    const making = { workspaceId, sound, readers: 0, ending, done };
    this.#makings.set(name, making);
    return making;
  }

  async #make(said: Said, sound: GrowingSound, signal: AbortSignal): Promise<void> {
    const { providers, store, clock, log } = this.deps;
    const { character, text } = said;
    const { tts } = inCharacter(providers, character, null, { clock });
    const options = { voice: character.voice ?? undefined, language: character.language, signal };
    try {
      let bytes = 0;
      for await (const { samples } of speakLong(tts, spokenForm(text), options)) {
        // The frame's memory is the provider's.
        sound.push(Uint8Array.from(pcmBytes(samples)));
        bytes += samples.byteLength;
        if (bytes >= mostBytes) break;
      }
      signal.throwIfAborted();
      if (bytes === 0) throw new SpeechFailed(new Error('it has no sound'));
      sound.end();
      await store
        .keep(nameOf(said), [wavHeader(speakingRateHz, bytes), ...sound.pieces])
        .catch((err: unknown) => {
          log.error({ err }, 'the voice of an answer could not be kept');
        });
    } catch (cause) {
      sound.fail(cause instanceof ProviderFailed ? new SpeechFailed(cause) : cause);
    }
  }
}

/** Another voice, or another way to say a word, is another sound. */
function nameOf({ turnId, text, character }: Said): string {
  const { voice, language, pronunciations } = character;
  const hash = createHash('sha256').update(JSON.stringify([voice, language, pronunciations, text]));
  return `${turnId}-${hash.digest('hex').slice(0, 16)}`;
}

/** The synthesiser refused, hung, or had nothing to say. */
class SpeechFailed extends PublicError {
  override readonly name = 'SpeechFailed';
  constructor(cause: Error) {
    super(502, 'speech_failed', 'The synthesiser did not answer. Try again.', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

class TooManyVoices extends PublicError {
  override readonly name = 'TooManyVoices';
  constructor() {
    super(429, 'too_many_voices', 'Too many answers are being spoken at once. Try again soon.', {
      retryAfterSeconds: 2,
    });
  }
}
