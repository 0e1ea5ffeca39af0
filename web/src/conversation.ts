import type { CharacterEntry, Entry, NoteEntry, UserEntry } from './entry.ts';

/** What is known of a conversation from its messages alone. */
export type Conversation = {
  /** The character has said that it is here. */
  ready: boolean;
  userSpeaking: boolean;
  characterSpeaking: boolean;
  /** Oldest first. */
  entries: readonly Entry[];
  nextId: number;
};

export const newConversation: Conversation = {
  ready: false,
  userSpeaking: false,
  characterSpeaking: false,
  entries: [],
  nextId: 1,
};

/** Beyond these the oldest lines go: the server keeps the conversation, the page shows its end. */
const mostEntries = 400;

type NewEntry = Omit<UserEntry, 'id'> | Omit<CharacterEntry, 'id'> | Omit<NoteEntry, 'id'>;

export function withEntry(conversation: Conversation, entry: NewEntry): Conversation {
  const { nextId } = conversation;
  return {
    ...conversation,
    nextId: nextId + 1,
    entries: [...conversation.entries, { ...entry, id: nextId }].slice(-mostEntries),
  };
}

export function replaceEntry(conversation: Conversation, changed: Entry): Conversation {
  const entries = conversation.entries.map((entry) => (entry.id === changed.id ? changed : entry));
  return { ...conversation, entries };
}

export function withNote(
  conversation: Conversation,
  note: Pick<NoteEntry, 'text' | 'tone' | 'atMs'>,
): Conversation {
  return withEntry(conversation, { kind: 'note', ...note });
}

/** Shows typed words at once; the server's own transcription settles them. */
export function withTypedText(conversation: Conversation, text: string, atMs: number) {
  return withEntry(conversation, { kind: 'user', text, partial: '', state: 'sending', atMs });
}

/** A conversation that goes on keeps its lines; the server keeps them anyhow. */
export function reopened(
  conversation: Conversation,
  how: 'new' | 'continue',
  atMs: number,
): Conversation {
  const { nextId, entries } = conversation;
  if (how === 'new') return { ...newConversation, nextId };
  const text =
    entries.length > 0
      ? 'The conversation goes on.'
      : 'Continuing an earlier conversation. Its lines are not shown here, but the character remembers them.';
  const kept = { ...newConversation, nextId, entries };
  return withNote(kept, { tone: 'plain', text, atMs });
}

/** The line is cut: nobody speaks any more, and what was being said stays as it stands. */
export function hungUp(conversation: Conversation): Conversation {
  return {
    ...conversation,
    ready: false,
    userSpeaking: false,
    characterSpeaking: false,
    entries: conversation.entries.map(closed),
  };
}

function closed(entry: Entry): Entry {
  switch (entry.kind) {
    case 'user':
      if (entry.state === 'sending') return { ...entry, state: 'refused' };
      return settled(entry);
    case 'character':
      return entry.state === 'open' ? { ...entry, state: 'interrupted' } : entry;
    case 'note':
      return entry;
  }
}

/** Words that were only ever partial are kept as they were last recognised. */
export function settled(entry: UserEntry): UserEntry {
  if (entry.state !== 'open') return entry;
  return { ...entry, state: 'settled', text: joined(entry.text, entry.partial), partial: '' };
}

export function joined(before: string, after: string): string {
  return [before.trim(), after.trim()].filter((part) => part !== '').join(' ');
}
