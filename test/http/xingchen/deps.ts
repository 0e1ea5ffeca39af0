import { drizzle } from 'drizzle-orm/pglite';
import { Characters } from '../../../src/characters/characters.ts';
import { OpenCharacters } from '../../../src/characters/open-characters.ts';
import { Conversations } from '../../../src/chats/conversations.ts';
import { forgetSpeaker } from '../../../src/chats/forget-speaker.ts';
import { Turns } from '../../../src/chats/turns.ts';
import { RunningAnswers } from '../../../src/chats/running-answers.ts';
import { WrittenTurns } from '../../../src/chats/written-turns.ts';
import type { Db } from '../../../src/db/db.ts';
import * as schema from '../../../src/db/schema.ts';
import type { DocumentLinks } from '../../../src/http/routes/xingchen/knowledge-bases.ts';
import { openXingchen, type XingchenParts } from '../../../src/http/routes/xingchen/open.ts';
import type { XingchenDeps } from '../../../src/http/routes/xingchen/xingchen.ts';
import { ImageWork } from '../../../src/images/image-work.ts';
import { type Clock, systemClock } from '../../../src/lifetime/clock.ts';
import { Memories } from '../../../src/memory/memories.ts';
import { Summaries } from '../../../src/memory/summaries.ts';
import { TextChat } from '../../../src/minds/text-chat.ts';
import { openProviders } from '../../../src/providers/open-providers.ts';
import { Speakers } from '../../../src/speakers/speakers.ts';
import { silentLog } from '../../../src/telemetry/log.ts';

export type XingchenTestParts = {
  db: Db;
  /** Of a provider. */
  baseUrl: string;
  documents?: DocumentLinks;
  /** Absent: nothing is drawn. */
  pictures?: XingchenParts['pictures'];
  /** Whether that provider judges what is said, too. */
  inspects?: boolean;
  clock?: Clock;
};

/** A database that nobody asks. */
const unused = (): XingchenTestParts => ({
  db: drizzle.mock({ schema }),
  baseUrl: 'http://127.0.0.1:9/v1',
});
const noDocuments: DocumentLinks = {
  list: () => Promise.resolve([]),
  link: () => Promise.reject(new Error('there are no documents')),
};

/** What the Xingchen API answers with. */
export function xingchenDeps(parts: XingchenTestParts = unused()): XingchenDeps {
  const { db, baseUrl, documents = noDocuments, clock = systemClock, inspects = false } = parts;
  const { pictures = { canDraw: false, work: new ImageWork({ db, clock }) } } = parts;
  const stage = { baseUrl, model: 'scripted' };
  const judging = inspects && { moderation: stage };
  const stages = { llm: stage, stt: stage, tts: stage, ...judging };
  const providers = openProviders(stages, { clock });
  const speakers = new Speakers({ db, clock, forget: [forgetSpeaker] });
  const memories = new Memories({ db, clock });
  const recollecting = { memories, summaries: new Summaries({ db, clock }), speakers };
  const turns = new Turns(db);
  const textChat = new TextChat({
    models: { settings: () => Promise.resolve(null) },
    written: new WrittenTurns(db),
    running: new RunningAnswers({ db, clock, log: silentLog }),
    ...{ turns, providers, clock, log: silentLog },
  });
  return openXingchen({
    characters: new Characters(db),
    openCharacters: new OpenCharacters(db),
    conversations: new Conversations(db),
    ...{ db, turns, textChat, documents, providers, clock, log: silentLog },
    ...{ speakers, recollecting, pictures },
  });
}
