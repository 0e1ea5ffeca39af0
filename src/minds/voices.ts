import { createHash, randomUUID } from 'node:crypto';
import { pcmBytes } from '../audio/pcm-bytes.ts';
import { wavHeader } from '../audio/wav.ts';
import type { Messages } from '../chats/messages.ts';
import { speakingRateHz } from '../frames/pcm.ts';
import { abortable } from '../lifetime/abortable.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Character } from '../protocol/character.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Providers } from '../providers/open-providers.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import { speakLong } from '../providers/tts/long-text.ts';
import { spokenForm } from '../script/emoji.ts';
import type { GrowingSound } from '../sounds/growing-sound.ts';
import type { SoundStore } from '../sounds/sound-store.ts';
import { soundInMemory, type WholeSound } from '../sounds/whole-sound.ts';
import type { Log } from '../telemetry/log.ts';
import { AnswerNotFound, NothingToSpeak, SpeechFailed, TooManyVoices } from './speech-refusals.ts';
import { VoiceMaking } from './voice-making.ts';

/** What a character said, in a turn of a workspace. */
export type Said = { workspaceId: string; turnId: string; text: string; character: Character };
export type VoicesDeps = {
  providers: Providers;
  store: SoundStore;
  messages: Pick<Messages, 'there'>;
  clock: Clock;
  log: Log;
};

/** Ten minutes; each sound is held in memory while it is made. */
const mostBytes = speakingRateHz * 2 * 600;
/** Of one workspace, and of all, at once. */
const mostMade = { ofWorkspace: 4, ofAll: 16 } as const;
/** The longest that a WAV's header can say: players take it as "until the end". */
const unknownLength = 0xffff_ffff - 36;

/** Answers in their character's voice: made once, heard while they are made, then kept. */
export class Voices {
  readonly #makings = new Map<string, VoiceMaking>();

  constructor(private readonly deps: VoicesDeps) {}

  /** @returns the whole WAV, when it is kept */
  async find(said: Said): Promise<WholeSound | undefined> {
    const name = nameOf(said);
    const making = this.#makings.get(name);
    // It is only being written: in a moment its length is known.
    if (making?.sound.isWhole) await making.done;
    return this.deps.store.open(name);
  }

  /**
   * The WAV as it is made, its length unknown. When nobody listens any more before its end, the making is given up.
   * @param signal aborted when the listener has left: they count no longer, even if they stopped reading before
   * @throws {NothingToSpeak | SpeechFailed | TooManyVoices | AnswerNotFound} or the signal's reason
   */
  async *stream(said: Said, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const { making, leave } = this.#listen(said, signal);
    let begun = false;
    try {
      for await (const piece of making.sound.read(signal)) {
        if (!begun) yield wavHeader(speakingRateHz, unknownLength);
        begun = true;
        yield piece;
      }
    } finally {
      leave();
    }
  }

  /** Waits until all of it is there: kept, or, where it cannot be, in memory. @throws as `stream` */
  async whole(said: Said, signal: AbortSignal): Promise<WholeSound> {
    const { making, leave } = this.#listen(said, signal);
    const { sound } = making;
    try {
      let bytes = 0;
      for await (const piece of sound.read(signal)) bytes += piece.byteLength;
      await abortable(making.done, signal);
      const kept = await this.deps.store.open(nameOf(said));
      const header = wavHeader(speakingRateHz, bytes);
      return kept ?? soundInMemory([header, ...sound.pieces], randomUUID());
    } finally {
      leave();
    }
  }

  /** Forgets the voice of what was deleted; what is being made of it is broken off. */
  async tidy(): Promise<void> {
    const { store, messages } = this.deps;
    const makings = [...this.#makings.values()];
    const known = [...(await store.names()).map(turnOf), ...makings.map(({ turnId }) => turnId)];
    const there = await messages.there(known);
    const gone = new Set(known.filter((turnId) => !there.has(turnId)));
    const broken = makings.filter(({ turnId }) => gone.has(turnId));
    for (const making of broken) making.giveUp(new AnswerNotFound());
    // One that was whole already is kept first, and then forgotten.
    await Promise.all(broken.map(({ done }) => done));
    await store.forget((await store.names()).filter((name) => gone.has(turnOf(name))));
  }

  #listen(said: Said, signal: AbortSignal) {
    signal.throwIfAborted();
    const name = nameOf(said);
    const making = this.#makings.get(name) ?? this.#begin(said, name);
    // Who comes after the last has left begins it anew.
    const leave = making.listen(signal, () => this.#end(name, making));
    return { making, leave };
  }

  #end(name: string, making: VoiceMaking): void {
    if (this.#makings.get(name) === making) this.#makings.delete(name);
  }

  #begin(said: Said, name: string): VoiceMaking {
    const { workspaceId, turnId } = said;
    const text = spokenForm(said.text);
    if (!/[\p{L}\p{N}]/u.test(text)) throw new NothingToSpeak();
    const all = [...this.#makings.values()];
    const own = all.filter((making) => making.workspaceId === workspaceId).length;
    if (own >= mostMade.ofWorkspace || all.length >= mostMade.ofAll) throw new TooManyVoices();
    const making = new VoiceMaking({
      workspaceId,
      turnId,
      make: (sound, signal) => this.#make({ ...said, text }, name, sound, signal),
    });
    this.#makings.set(name, making);
    void making.done.then(() => this.#end(name, making));
    return making;
  }

  async #make(said: Said, name: string, sound: GrowingSound, signal: AbortSignal): Promise<void> {
    try {
      const bytes = await this.#speak(said, sound, signal);
      if (bytes === 0) throw new SpeechFailed(new Error('it has no sound'));
      sound.end();
      await this.#keep(said, name, [wavHeader(speakingRateHz, bytes), ...sound.pieces]);
    } catch (cause) {
      sound.fail(cause instanceof ProviderFailed ? new SpeechFailed(cause) : cause);
    }
  }

  /** @returns how many bytes there are of it */
  async #speak(
    { character, text }: Said,
    sound: GrowingSound,
    signal: AbortSignal,
  ): Promise<number> {
    const { providers, clock } = this.deps;
    const { tts } = inCharacter(providers, character, null, { clock });
    const options = { voice: character.voice ?? undefined, language: character.language, signal };
    let bytes = 0;
    for await (const { samples } of speakLong(tts, text, options)) {
      // The frame's memory is the provider's.
      sound.push(Uint8Array.from(pcmBytes(samples)));
      bytes += samples.byteLength;
      if (bytes >= mostBytes) break;
    }
    signal.throwIfAborted();
    return bytes;
  }

  /** A sound that cannot be kept was heard all the same. */
  async #keep({ turnId }: Said, name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const { store, messages, log } = this.deps;
    try {
      // What was deleted before its making began is found by no `tidy`.
      if ((await messages.there([turnId])).has(turnId)) await store.keep(name, pieces);
    } catch (err) {
      log.error({ err }, 'the voice of an answer could not be kept');
    }
  }
}

/** Another voice, or another way to say a word, is another sound. */
function nameOf({ turnId, text, character }: Said): string {
  const { voice, language, pronunciations } = character;
  const hash = createHash('sha256').update(JSON.stringify([voice, language, pronunciations, text]));
  return `${turnId}-${hash.digest('hex').slice(0, 16)}`;
}

const turnOf = (name: string) => name.slice(0, 36);
