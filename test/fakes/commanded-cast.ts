import {
  carryOut,
  judgeCommand,
  newRoster,
  refuse,
  type StoredRoster,
} from '../../src/chats/roster.ts';
import { parseClientMessage } from '../../src/protocol/client-messages.ts';
import type { Membership } from '../../src/protocol/roster.ts';
import type { ServerResponse } from '../../src/protocol/server-messages.ts';
import { acknowledge, commandOf } from '../../src/session/roster-messages.ts';

const rules = { roomSessionId: 'room-1', mostCharacters: 3, spare: 3 };
export const membershipId = (n: number) => `${n}`.repeat(8) + '-1111-4111-8111-111111111111';
const member = (n: number): Membership => ({
  membershipId: membershipId(n),
  characterId: `character-${n}`,
  name: `C${n}`,
  characterSessionId: `conversation-${n}`,
  isInitial: n === 1,
});

/** The cast of two of a room, as a client's commands see it: packets in, acknowledgements out. */
export class CommandedCast {
  #roster: StoredRoster = newRoster([member(1), member(2)]);

  send(message: unknown): ServerResponse {
    const parsed = parseClientMessage(new TextEncoder().encode(JSON.stringify(message)));
    if (!parsed.ok) return parsed.answer;
    const { type, id } = parsed.message;
    if (type !== 'interaction-target' && type !== 'character-roster-update')
      throw new Error(`${type} is no command to a cast`);
    const commandId = parsed.message.data.command_id ?? id ?? 'c';
    const command = commandOf(parsed.message, commandId);
    const judged = judgeCommand(this.#roster, command, rules);
    const added = command.kind === 'update' ? (command.data.add ?? []).map(() => member(3)) : [];
    const done =
      judged.kind === 'known'
        ? { roster: this.#roster, outcome: judged.outcome }
        : judged.kind === 'refused'
          ? refuse(this.#roster, command, judged.fault)
          : carryOut(this.#roster, command, added);
    this.#roster = done.roster;
    return acknowledge(type, commandId, rules.roomSessionId, done.outcome);
  }
}
