import { drizzle } from 'drizzle-orm/pglite';
import { Characters } from '../../../src/characters/characters.ts';
import { ChatHistory } from '../../../src/chats/chat-history.ts';
import { Conversations } from '../../../src/chats/conversations.ts';
import { RunningAnswers } from '../../../src/chats/running-answers.ts';
import { forgetSpeaker } from '../../../src/chats/forget-speaker.ts';
import { Turns } from '../../../src/chats/turns.ts';
import { WrittenTurns } from '../../../src/chats/written-turns.ts';
import type { Db } from '../../../src/db/db.ts';
import * as schema from '../../../src/db/schema.ts';
import type { AiChatDeps } from '../../../src/http/routes/ai-chat/ai-chat.ts';
import { openAiChat, type AiChatSettings } from '../../../src/http/routes/ai-chat/open.ts';
import { type Clock, systemClock } from '../../../src/lifetime/clock.ts';
import { TextChat } from '../../../src/minds/text-chat.ts';
import { openProviders } from '../../../src/providers/open-providers.ts';
import { Speakers } from '../../../src/speakers/speakers.ts';
import { silentLog } from '../../../src/telemetry/log.ts';

/** A database that nobody asks. */
const nowhere = () => drizzle.mock({ schema });

export type AiChatParts = {
  db: Db;
  /** Of a provider. */
  baseUrl: string;
  settings: AiChatSettings;
  clock?: Clock;
};

const unused: AiChatParts = {
  db: nowhere(),
  baseUrl: 'http://127.0.0.1:9/v1',
  settings: {
    dataDir: '/nowhere',
    skills: { weather: undefined, news: undefined },
    voiceCacheBytes: 1,
  },
};

/** What the app API answers with. */
export function aiChatDeps(parts: AiChatParts = unused): AiChatDeps {
  return openAiChat(parts.settings, aiChatNouns(parts));
}

/** What it is made of, which other APIs have in common with it. */
export function aiChatNouns({ db, baseUrl, clock = systemClock }: AiChatParts) {
  const stage = { baseUrl, model: 'scripted' };
  const providers = openProviders({ llm: stage, stt: stage, tts: stage }, { clock });
  const written = new WrittenTurns(db);
  const log = silentLog;
  const leftovers = { clear: () => Promise.resolve() };
  const onDeleted = () => leftovers.clear();
  return {
    db,
    leftovers,
    characters: new Characters(db, onDeleted),
    conversations: new Conversations(db),
    history: new ChatHistory(db, onDeleted),
    written,
    speakers: new Speakers({ db, clock, forget: [forgetSpeaker], onDeleted }),
    textChat: new TextChat({
      turns: new Turns(db),
      models: { settings: () => Promise.resolve(null) },
      running: new RunningAnswers({ db, clock, log }),
      ...{ written, providers, clock, log },
    }),
    ...{ providers, clock, log },
  };
}
