import { z } from 'zod';
import {
  CharacterRemoved,
  CharacterStatus,
  MemberMarks,
  MemberReady,
} from '../../../src/protocol/member-marks.ts';

const Message = z.looseObject({ type: z.string(), data: z.looseObject({}).optional() });
const marks = Object.keys(MemberMarks.shape);

export type Unmarked = {
  /** Whom it is about, by membership; '' where there is one character, or nobody is meant. */
  member: string;
  /** The message as a room with one character has it; undefined for one that such a room does not have. */
  bare: unknown;
};

/** Takes the marks off a message of a room with several characters. */
export function unmark(message: unknown): Unmarked {
  const own = z.union([CharacterStatus, CharacterRemoved]).safeParse(message);
  if (own.success) return { member: own.data.data.membership_id, bare: undefined };
  const parsed = Message.safeParse(message);
  if (!parsed.success) return { member: '', bare: message };
  const { data, ...rest } = parsed.data;
  const { type } = rest;
  const ready = MemberReady.safeParse(message);
  if (ready.success) {
    const { version, membership_id: member } = ready.data.data;
    return { member, bare: { ...rest, data: { version } } };
  }
  const inside = type === 'server-message' ? data?.['data'] : data;
  const found = MemberMarks.loose().safeParse(inside);
  if (!found.success) return { member: '', bare: message };
  const member = found.data.membership_id;
  if (type === 'server-response') return { member, bare: rest };
  return {
    member,
    bare: { ...rest, data: without(data, type === 'server-message' ? ['data'] : marks) },
  };
}

function without(data: Record<string, unknown> = {}, names: readonly string[]) {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}
