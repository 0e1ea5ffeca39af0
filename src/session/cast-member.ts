import {
  characterRemoved,
  characterStatus,
  markMessage,
  marksOf,
  memberReady,
  type CharacterStatus,
  type MarkedMessage,
  type MemberMarks,
} from '../protocol/member-marks.ts';
import type { Role } from '../protocol/roster.ts';
import { tell } from '../protocol/tell.ts';
import type { Player } from './performers.ts';

export type CastMemberDeps = {
  roomSessionId: string;
  /** Counts changes of who is there; as it is now. */
  rosterEpoch: () => number;
  /** To this one alone, or to everybody. */
  send: (message: MarkedMessage, to?: string) => void;
};

/** One character of a room with several: whether it is there, and what is told of that. */
export class CastMember {
  /** Undefined before it has come in, and when it is gone for good. */
  part: Player | undefined;
  /** Why nobody can talk with it, now or for good. */
  failure: 'join_failed' | 'connection_lost' | undefined;

  constructor(
    readonly role: Role,
    private readonly deps: CastMemberDeps,
  ) {}

  /** People can talk with it. */
  get isHere(): boolean {
    return this.part !== undefined && this.failure === undefined;
  }

  /**
   * Tells that it is there, or that it has failed; of one who is on its way, nothing.
   * @param to undefined: everybody
   * @param interactionId undefined: they know it by now
   */
  announce(to: string | undefined, interactionId: string | undefined): void {
    if (this.failure) this.tellStatus('failed', to);
    if (!this.isHere) return;
    const { send, rosterEpoch } = this.deps;
    const { role, marks } = this;
    if (interactionId !== undefined)
      for (const message of tell.interactionCreated(interactionId, role.characterSessionId))
        send(markMessage(message, marks), to);
    send(memberReady(marks, rosterEpoch()), to);
  }

  tellStatus(status: CharacterStatus['data']['status'], to?: string): void {
    const { send, rosterEpoch } = this.deps;
    const code = status === 'failed' ? this.failure : null;
    send(characterStatus(status, this.marks, rosterEpoch(), code), to);
  }

  tellRemoved(): void {
    this.deps.send(characterRemoved(this.marks, this.deps.rosterEpoch()));
  }

  get marks(): MemberMarks {
    return marksOf(this.deps.roomSessionId, this.role);
  }
}
