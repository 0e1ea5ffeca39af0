import type { Characters } from '../../../characters/characters.ts';
import { OpenCharacters } from '../../../characters/open-characters.ts';
import type { Conversations } from '../../../chats/conversations.ts';
import type { Turns } from '../../../chats/turns.ts';
import type { Db } from '../../../db/db.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import type { ChatHooks } from '../../../minds/chat-hooks.ts';
import type { TextChat } from '../../../minds/text-chat.ts';
import { XingchenChat } from '../../../minds/xingchen-chat.ts';
import type { Providers } from '../../../providers/open-providers.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import type { DocumentLinks } from './knowledge-bases.ts';
import type { XingchenDeps } from './xingchen.ts';

export type XingchenParts = {
  db: Db;
  characters: Characters;
  conversations: Conversations;
  turns: Turns;
  speakers: Speakers;
  documents: DocumentLinks;
  textChat: TextChat;
  providers: Pick<Providers, 'moderation'>;
  clock: Clock;
};

/** What the Xingchen API answers with. */
export function openXingchen(parts: XingchenParts): XingchenDeps {
  const { db, characters, conversations, turns, speakers, documents } = parts;
  const { textChat, providers, clock } = parts;
  const hooks: ChatHooks = {};
  return {
    ...{ characters, documents, clock },
    openCharacters: new OpenCharacters(db),
    chat: new XingchenChat({ textChat, conversations, turns, speakers, hooks }),
    canInspect: providers.moderation !== undefined,
  };
}
