import { encodeWav } from '../audio/wav.ts';
import type { Conversations } from '../chats/conversations.ts';
import { PublicError } from '../errors/public-error.ts';
import { speakingRateHz } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { ActionConfig } from '../protocol/action-config.ts';
import type { Character } from '../protocol/character.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Providers } from '../providers/open-providers.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import { spokenWhole } from '../providers/tts/long-text.ts';
import { spokenForm } from '../script/emoji.ts';
import type { Log } from '../telemetry/log.ts';
import type { TextChat } from './text-chat.ts';

type InteractionsDeps = {
  textChat: Pick<TextChat, 'answer'>;
  conversations: Pick<Conversations, 'open'>;
  providers: Providers;
  clock: Clock;
  log: Log;
};

/** One thing that is said to a character. */
type Said = {
  workspaceId: string;
  /** One that this workspace may talk to: the caller has looked it up. */
  character: Character;
  /** Of the conversation, from the client, of any form; null begins a new one. */
  sessionId: string | null;
  /** In writing, or aloud: mono PCM at `hearingRateHz`. */
  words: string | Int16Array;
  /** What the character may do, and to what; with no actions in it, it only talks. */
  actions: ActionConfig;
  /** Whether the answer is wanted in the character's voice, too. */
  aloud: boolean;
};

/** @property wav mono, at `speakingRateHz`; null where none is wanted or there is none */
type Answered = {
  sessionId: string;
  words: string;
  text: string;
  actions: readonly PerformedAction[];
  wav: Uint8Array | null;
};

/** Ten minutes. */
const mostSamples = speakingRateHz * 600;

/** The recogniser refused, hung, or answered garbage. */
class HearingFailed extends PublicError {
  constructor(cause: ProviderFailed) {
    super(502, 'recogniser_failed', 'The recogniser did not answer. Try again.', { cause });
  }
}

class NothingHeard extends PublicError {
  constructor() {
    super(400, 'nothing_heard', 'No words were heard in the audio file.');
  }
}

/**
 * One question and its answer at a time, without a room: in the same conversations as by voice, so each can be gone on
 * with in the other way.
 */
export class Interactions {
  constructor(private readonly deps: InteractionsDeps) {}

  /** @throws as `TextChat.answer`, {HearingFailed | NothingHeard | ConversationRefused} */
  async answer(said: Said, signal: AbortSignal): Promise<Answered> {
    try {
      return await this.#answer(said, signal);
    } catch (err) {
      // Its API tells a failure as a refusal, which is in no log.
      if (err instanceof PublicError && err.status >= 500)
        this.deps.log.error({ err: err.cause ?? err, code: err.code }, 'an interaction failed');
      throw err;
    }
  }

  async #answer(said: Said, signal: AbortSignal): Promise<Answered> {
    const { textChat, conversations } = this.deps;
    const { workspaceId, character, actions, aloud } = said;
    const words = await this.#wordsOf(said, signal);
    const { id: conversationId, createdAt: conversationBegan } = await conversations.open({
      ...{ workspaceId, characterId: character.id, endUserId: null },
      characterSessionId: said.sessionId,
    });
    const asked = { workspaceId, character, conversationId, conversationBegan, words };
    const canAct = actions.actions.length > 0;
    const { turn, actions: done = [] } = await textChat.answer(
      { ...asked, ...(canAct && { actions }) },
      signal,
    );
    const text = turn.assistantText;
    const wav = aloud ? await this.#speak(character, text, signal) : null;
    return { sessionId: conversationId, words, text, actions: done, wav };
  }

  async #wordsOf({ words, character }: Said, signal: AbortSignal): Promise<string> {
    if (typeof words === 'string') return words;
    const { providers, clock } = this.deps;
    const { stt } = inCharacter(providers, character, null, { clock });
    try {
      const { text } = await stt.transcribe(words, { language: character.language, signal });
      if (text === '') throw new NothingHeard();
      return text;
    } catch (cause) {
      throw cause instanceof ProviderFailed ? new HearingFailed(cause) : cause;
    }
  }

  /** The answer is given and kept: it is told without a voice rather than not at all. */
  async #speak(
    character: Character,
    text: string,
    signal: AbortSignal,
  ): Promise<Uint8Array | null> {
    const { providers, clock, log } = this.deps;
    const { tts } = inCharacter(providers, character, null, { clock });
    const options = { voice: character.voice ?? undefined, language: character.language, signal };
    try {
      const samples = await spokenWhole(tts, spokenForm(text), { ...options, mostSamples });
      return samples.length === 0 ? null : encodeWav(samples, speakingRateHz);
    } catch (err) {
      if (!(err instanceof ProviderFailed)) throw err;
      log.warn({ err }, 'an answer could not be spoken');
      return null;
    }
  }
}
