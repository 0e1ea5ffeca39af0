import {
  joined,
  replaceEntry,
  settled,
  withEntry,
  withNote,
  type Conversation,
} from './conversation.ts';
import type { CharacterEntry, UserEntry } from './entry.ts';
import { isObject, listAt, numberAt, textAt, type JsonObject } from './json.ts';
import type { Message } from './message.ts';
import { readMetrics, readTurnTrace } from './turn-trace.ts';

/**
 * What a message changes. Several events come in two forms, for different clients; each is taken in one form, or
 * changes nothing when it comes again.
 * @param atMs milliseconds since the page was opened
 */
export function handleMessage(
  conversation: Conversation,
  { type, form, data }: Message,
  atMs: number,
): Conversation {
  switch (type) {
    // Easily lost while the room is being joined; whoever answers is ready too.
    case 'bot-ready':
      return { ...conversation, ready: true };
    case 'user-started-speaking':
      return { ...conversation, userSpeaking: true };
    case 'user-stopped-speaking':
      return { ...conversation, userSpeaking: false };
    case 'bot-started-speaking':
      return { ...conversation, ready: true, characterSpeaking: true };
    case 'bot-stopped-speaking':
      return { ...conversation, characterSpeaking: false };
    // `final-user-transcription` is the same words again.
    case 'user-transcription':
      return onTranscription(conversation, data, atMs);
    case 'bot-llm-started':
      return onReplyBegan({ ...conversation, ready: true }, atMs);
    // `bot-transcription` is the same words again.
    case 'bot-llm-text':
      return onReplyText(conversation, textAt(data, 'text') ?? '', atMs);
    case 'bot-turn-completed':
      return onTurnCompleted(conversation, data);
    case 'llm-no-response':
      return changeReply(conversation, (reply) => ({ ...reply, state: 'silent' }));
    case 'turn-trace':
      return onTurnTrace(conversation, data, atMs);
    case 'metrics': {
      const metrics = readMetrics(data);
      return changeReply(conversation, (r) => ({ ...r, metrics: [...r.metrics, ...metrics] }));
    }
    case 'bot-emotion':
      return tag(conversation, feeling(data));
    case 'action-response':
      return listAt(data, 'actions').map(action).reduce(tag, conversation);
    case 'error':
      return withNote(conversation, { atMs, tone: 'problem', text: problemIn(data) });
    case 'user-idle-warning':
    case 'usage-limit-reached':
      return withNote(conversation, { atMs, tone: 'plain', text: textAt(data, 'message') ?? type });
    case 'server-response':
      return form === 'flat' ? onServerResponse(conversation, data, atMs) : conversation;
    default:
      return conversation;
  }
}

function onTranscription(conversation: Conversation, data: JsonObject, atMs: number): Conversation {
  const text = (textAt(data, 'text') ?? '').trim();
  const final = data.final === true;
  const typed = conversation.entries.find(
    (entry) => entry.kind === 'user' && entry.state === 'sending' && entry.text === text,
  );
  if (final && typed?.kind === 'user')
    return replaceEntry(conversation, { ...typed, state: 'settled' });

  const open = openWords(conversation);
  if (!open) {
    if (text === '') return conversation;
    const words = final ? { text, partial: '' } : { text: '', partial: text };
    return withEntry(conversation, { kind: 'user', state: 'open', atMs, ...words });
  }
  return replaceEntry(
    conversation,
    final
      ? { ...open, text: joined(open.text, text), partial: '' }
      : { ...open, partial: withoutSettled(open.text, text) },
  );
}

/** A recogniser may repeat, in a partial, what it has already settled. */
function withoutSettled(settledText: string, partial: string): string {
  return partial.startsWith(settledText) ? partial.slice(settledText.length).trim() : partial;
}

function openWords({ entries }: Conversation): UserEntry | undefined {
  const last = entries.findLast((entry) => entry.kind === 'user');
  return last?.kind === 'user' && last.state === 'open' ? last : undefined;
}

function openReply({ entries }: Conversation): CharacterEntry | undefined {
  const last = entries.findLast((entry) => entry.kind === 'character');
  return last?.kind === 'character' && last.state === 'open' ? last : undefined;
}

function onReplyBegan(conversation: Conversation, atMs: number): Conversation {
  const words = openWords(conversation);
  const heard = words ? replaceEntry(conversation, settled(words)) : conversation;
  const before = openReply(heard);
  if (before?.text === '') return heard;
  const free = before ? replaceEntry(heard, { ...before, state: 'completed' }) : heard;
  return withEntry(free, { ...emptyReply, atMs });
}

const emptyReply = {
  kind: 'character',
  text: '',
  state: 'open',
  tags: [],
  trace: undefined,
  metrics: [],
} as const satisfies Omit<CharacterEntry, 'id' | 'atMs'>;

function onReplyText(conversation: Conversation, text: string, atMs: number): Conversation {
  const open = openReply(conversation);
  if (open) return replaceEntry(conversation, { ...open, text: open.text + text });
  return withEntry(conversation, { ...emptyReply, text, atMs });
}

function onTurnCompleted(conversation: Conversation, data: JsonObject): Conversation {
  const open = openReply(conversation);
  if (!open) return conversation;
  const cut = data.was_interrupted === true ? 'interrupted' : 'completed';
  return replaceEntry(conversation, {
    ...open,
    state: data.was_aborted === true ? 'aborted' : cut,
  });
}

/** Changes the latest reply, finished or not: what describes a turn may come just after its end. */
function changeReply(
  conversation: Conversation,
  change: (reply: CharacterEntry) => CharacterEntry,
): Conversation {
  const last = conversation.entries.findLast((entry) => entry.kind === 'character');
  return last?.kind === 'character' ? replaceEntry(conversation, change(last)) : conversation;
}

/** Belongs to the oldest reply that has none yet; turns end in the order in which they began. */
function onTurnTrace(conversation: Conversation, data: JsonObject, atMs: number): Conversation {
  const trace = readTurnTrace(data);
  const { entries } = conversation;
  const known = entries.some(
    (entry) =>
      entry.kind === 'character' &&
      entry.trace?.turnId !== undefined &&
      entry.trace.turnId === trace.turnId,
  );
  if (known) return conversation;
  const lastTraced = entries.findLastIndex((e) => e.kind === 'character' && e.trace !== undefined);
  const owner = entries.find((e, i) => i > lastTraced && e.kind === 'character');
  if (owner?.kind === 'character') return replaceEntry(conversation, { ...owner, trace });
  // A turn that came to nothing before its first word.
  const state = trace.status ?? 'aborted';
  return withEntry(conversation, { ...emptyReply, state, trace, atMs });
}

function tag(conversation: Conversation, label: string | undefined): Conversation {
  if (label === undefined) return conversation;
  return changeReply(conversation, (reply) =>
    reply.tags.includes(label) ? reply : { ...reply, tags: [...reply.tags, label] },
  );
}

function feeling(data: JsonObject): string | undefined {
  const emotion = textAt(data, 'emotion');
  const scale = numberAt(data, 'scale');
  return emotion === undefined || scale === undefined ? emotion : `${emotion} ${scale}`;
}

/** As a string or as an object with its target, according to the client it is meant for. */
function action(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  return joined(textAt(value, 'name') ?? '', textAt(value, 'target') ?? '') || undefined;
}

function problemIn(data: JsonObject): string {
  return textAt(data, 'message') ?? textAt(data, 'error') ?? 'The server reports a problem.';
}

function onServerResponse(conversation: Conversation, data: JsonObject, atMs: number) {
  if (data.status !== 'error') return conversation;
  const asked = textAt(data, 'event_type') ?? 'a message';
  const why = textAt(data, 'message') ?? 'no reason given';
  const sending = conversation.entries.find((e) => e.kind === 'user' && e.state === 'sending');
  const told =
    asked === 'user_text_message' && sending?.kind === 'user'
      ? replaceEntry(conversation, { ...sending, state: 'refused' })
      : conversation;
  return withNote(told, { atMs, tone: 'problem', text: `The server refused ${asked}: ${why}` });
}
