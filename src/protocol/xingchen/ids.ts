/*
 * On this wire ids are 32 hexadecimal digits; behind them stand UUIDs. An exchange has three ids: the question's, the
 * answer's and its own. All are made of the id of the turn, told apart by the digit that holds a UUID's version, which
 * is 4 in every turn's.
 */
const hex = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const versionAt = 12;
const versions = { answer: '4', question: '5', exchange: '6' } as const;

export const wireId = (uuid: string): string => uuid.replaceAll('-', '').toLowerCase();

/** @param id from a client, with or without dashes. @returns undefined for what is none */
export function uuidOf(id: string): string | undefined {
  const parts = hex.exec(id.trim());
  return parts?.slice(1).join('-').toLowerCase();
}

/** @property messageId of the answer @property queryId of the question @property chatId of both together */
export function exchangeIds(turnId: string): {
  messageId: string;
  queryId: string;
  chatId: string;
} {
  const id = wireId(turnId);
  const as = (side: keyof typeof versions) =>
    id.slice(0, versionAt) + versions[side] + id.slice(versionAt + 1);
  return { messageId: as('answer'), queryId: as('question'), chatId: as('exchange') };
}

/** Which turn a message belongs to, and which side of it it is. @returns undefined for what is no message's id */
export function turnOfMessage(
  messageId: string,
): { turnId: string; side: 'question' | 'answer' } | undefined {
  const id = uuidOf(messageId);
  if (id === undefined) return undefined;
  const version = wireId(id).charAt(versionAt);
  if (version !== versions.answer && version !== versions.question) return undefined;
  const plain = wireId(id);
  const turnId = uuidOf(plain.slice(0, versionAt) + versions.answer + plain.slice(versionAt + 1));
  const side = version === versions.question ? 'question' : 'answer';
  return turnId === undefined ? undefined : { turnId, side };
}
