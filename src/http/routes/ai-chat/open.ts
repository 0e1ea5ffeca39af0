import { join } from 'node:path';
import type { Characters } from '../../../characters/characters.ts';
import type { ChatHistory } from '../../../chats/chat-history.ts';
import type { Conversations } from '../../../chats/conversations.ts';
import { Messages } from '../../../chats/messages.ts';
import type { WrittenTurns } from '../../../chats/written-turns.ts';
import type { Db } from '../../../db/db.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import { AppChat } from '../../../minds/app-chat.ts';
import { AppSkills } from '../../../minds/app-skills.ts';
import type { TextChat } from '../../../minds/text-chat.ts';
import { Voices } from '../../../minds/voices.ts';
import type { Providers } from '../../../providers/open-providers.ts';
import { KeptSource } from '../../../skills/kept-source.ts';
import { Feed, type NewsSettings } from '../../../skills/news.ts';
import { OpenMeteo, type WeatherSettings } from '../../../skills/weather.ts';
import { SoundStore } from '../../../sounds/sound-store.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import type { Log } from '../../../telemetry/log.ts';
import { Users } from '../../../users/users.ts';
import type { AiChatDeps } from './ai-chat.ts';

export type AiChatSettings = {
  dataDir: string;
  skills: { weather: WeatherSettings | undefined; news: NewsSettings | undefined };
  voiceCacheBytes: number;
};

export type AiChatParts = {
  db: Db;
  characters: Characters;
  conversations: Conversations;
  history: ChatHistory;
  written: WrittenTurns;
  /** Called when conversations were deleted, whoever deletes them. */
  leftovers: { clear: () => Promise<void> };
  speakers: Speakers;
  textChat: TextChat;
  providers: Providers;
  clock: Clock;
  log: Log;
};

/** What the app API answers with. */
export function openAiChat(
  { dataDir, skills: sources, voiceCacheBytes }: AiChatSettings,
  parts: AiChatParts,
): AiChatDeps {
  const { db, characters, conversations, history, written, speakers } = parts;
  const { textChat, providers, clock, log, leftovers } = parts;
  const { weather, news } = sources;
  const messages = new Messages(db);
  const store = new SoundStore(join(dataDir, 'voices'), voiceCacheBytes);
  const voices = new Voices({ providers, store, messages, clock, log });
  leftovers.clear = () =>
    voices.tidy().catch((err: unknown) => {
      log.error({ err }, 'spoken answers that were deleted could not be cleared away');
    });
  // What was deleted while a process died, or by another one.
  void leftovers.clear();
  return {
    characters,
    messages,
    speakers,
    users: new Users({ db, clock }),
    chat: new AppChat({ textChat, conversations, history, messages, written, clock }),
    skills: new AppSkills({
      characters,
      messages,
      weather: weather && new KeptSource(new OpenMeteo(weather, clock), clock),
      news: news && new KeptSource(new Feed(news, clock), clock),
    }),
    voices,
  };
}
