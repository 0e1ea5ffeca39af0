import type { Characters } from '../../../characters/characters.ts';
import type { OpenCharacters } from '../../../characters/open-characters.ts';
import type { Conversations } from '../../../chats/conversations.ts';
import type { Turns } from '../../../chats/turns.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import type { ChatHooks } from '../../../minds/chat-hooks.ts';
import type { TextChat } from '../../../minds/text-chat.ts';
import { XingchenChat } from '../../../minds/xingchen-chat.ts';
import type { Providers } from '../../../providers/open-providers.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import type { DocumentLinks } from './knowledge-bases.ts';
import type { XingchenDeps } from './xingchen.ts';

export type XingchenParts = {
  characters: Characters;
  openCharacters: OpenCharacters;
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
  const { characters, openCharacters, documents, conversations, turns, speakers } = parts;
  const { textChat, providers, clock } = parts;
  const hooks: ChatHooks = {};
  return {
    ...{ characters, openCharacters, documents, clock },
    chat: new XingchenChat({ textChat, conversations, turns, speakers, hooks }),
    canInspect: providers.moderation !== undefined,
  };
}
