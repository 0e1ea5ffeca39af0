import type { Characters } from '../../../characters/characters.ts';
import type { OpenCharacters } from '../../../characters/open-characters.ts';
import type { Conversations } from '../../../chats/conversations.ts';
import type { Turns } from '../../../chats/turns.ts';
import type { Db } from '../../../db/db.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import type { Pictures } from '../../../images/pictures.ts';
import { chatWatch } from '../../../minds/chat-watch.ts';
import { PictureWishes } from '../../../minds/picture-wishes.ts';
import type { RecollectingDeps } from '../../../minds/recollecting.ts';
import { Reminders } from '../../../minds/reminders.ts';
import type { TextChat } from '../../../minds/text-chat.ts';
import { XingchenChat } from '../../../minds/xingchen-chat.ts';
import type { Providers } from '../../../providers/open-providers.ts';
import { MessageLog } from '../../../chats/message-log.ts';
import { Ratings } from '../../../chats/ratings.ts';
import type { Log } from '../../../telemetry/log.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import type { DocumentLinks } from './knowledge-bases.ts';
import type { XingchenDeps } from './xingchen.ts';

export type XingchenParts = {
  db: Db;
  characters: Characters;
  openCharacters: OpenCharacters;
  conversations: Conversations;
  turns: Turns;
  speakers: Speakers;
  documents: DocumentLinks;
  textChat: TextChat;
  recollecting: RecollectingDeps;
  pictures: Pick<Pictures, 'canDraw' | 'work'>;
  providers: Pick<Providers, 'moderation'>;
  clock: Clock;
  log: Log;
};

/** What the Xingchen API answers with. */
export function openXingchen(parts: XingchenParts): XingchenDeps {
  const { db, characters, openCharacters, documents, conversations, turns, speakers } = parts;
  const { textChat, recollecting, pictures, clock } = parts;
  const { moderation } = parts.providers;
  const log = new MessageLog(db);
  const wishes = new PictureWishes({ work: pictures.canDraw ? pictures.work : undefined });
  const hooks = chatWatch({ textChat, moderation, pictures: wishes, log: parts.log });
  const nouns = { textChat, conversations, turns, speakers };
  return {
    ...{ characters, openCharacters, documents, speakers, log, pictures, clock },
    ratings: new Ratings({ db, log, clock }),
    reminders: new Reminders({ ...nouns, recollecting, moderation, clock }),
    chat: new XingchenChat({ ...nouns, hooks }),
    canInspect: moderation !== undefined,
  };
}
