import { randomUUID } from 'node:crypto';
import type { ClientMessage } from '../protocol/client-messages.ts';
import type { RosterAnswer, SessionEnd } from '../protocol/journal.ts';
import { markMessage, marksOf, type MarkedMessage } from '../protocol/member-marks.ts';
import type { Participant } from '../protocol/participant.ts';
import type { Cast, Role, RosterCommand, RosterOutcome } from '../protocol/roster.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { Log } from '../telemetry/log.ts';
import { CastMember } from './cast-member.ts';
import type { Performers, Player } from './performers.ts';
import type { PlaceNews } from './place.ts';
import { acknowledge, commandOf, type RosterMessage } from './roster-messages.ts';

export type EnsembleDeps = {
  roomSessionId: string;
  log: Log;
  /** Lets a character into the room, and tells what becomes of its place there. @throws when that cannot be done */
  open: (role: Role, onPlace: (news: PlaceNews) => void) => Promise<Player>;
  /** Carries a client's wish out where it is remembered. */
  command: (command: RosterCommand) => Promise<RosterAnswer>;
  /** To this one alone, or to everybody. */
  send: (message: MarkedMessage | ServerResponse, to?: string) => void;
  end: (reason: SessionEnd) => void;
  /** From now on people talk with this one, or with nobody. */
  onRoute: (part: Player | undefined) => void;
};

/** What needs somebody who is spoken to. */
const conversational: ReadonlySet<ClientMessage['type']> = new Set([
  'user_text_message',
  'trigger-message',
  'vision-trigger',
  'force-user-stopped-speaking',
]);
/** What concerns each of them: their voices, and all the microphones. Who was spoken to before may still speak. */
const general: ReadonlySet<ClientMessage['type']> = new Set([
  'tts-toggle',
  'stt-toggle',
  'interrupt-bot',
]);

/** The characters of a room with several: who is there, who is spoken to, and what clients change of it. */
export class Ensemble implements Performers {
  readonly #deps: EnsembleDeps;
  readonly #members = new Map<string, CastMember>();
  #activeId: string | null;
  #routeEpoch: number;
  #rosterEpoch: number;
  #hasBegun = false;
  #closed = false;

  constructor(cast: Cast, deps: EnsembleDeps) {
    this.#deps = deps;
    this.#activeId = cast.activeMembershipId;
    this.#routeEpoch = cast.routeEpoch;
    this.#rosterEpoch = cast.rosterEpoch;
    for (const role of cast.roles) this.#expect(role);
  }

  /** Lets everybody in at once. One who cannot come keeps nobody else out. */
  async open(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => this.#letIn(member)));
    this.#route();
  }

  /** Names of all but this one. */
  othersThan(membershipId: string): string[] {
    return [...this.#members.values()].flatMap(({ role, isHere }) =>
      isHere && role.membershipId !== membershipId ? [role.character.name] : [],
    );
  }

  /** Tells somebody who is there, and who will not be. @param interactionId undefined: they know it by now */
  announce(to: string | undefined, interactionId: string | undefined): void {
    for (const member of this.#members.values()) member.announce(to, interactionId);
  }

  /** The first human has come. */
  begin(): void {
    this.#hasBegun = true;
    for (const { role, part } of this.#members.values()) part?.begin(role.isInitial);
  }

  /** Every part, whoever is spoken to. */
  get parts(): Player[] {
    return [...this.#members.values()].flatMap(({ part }) => (part ? [part] : []));
  }

  /** Does what a message asks for; commands to the cast are answered here, later. */
  obey(message: ClientMessage, sender: Participant | undefined): void {
    if (message.type === 'interaction-target' || message.type === 'character-roster-update') {
      void this.#command(message, sender);
      return;
    }
    if (message.type === 'kill-pipeline' && this.parts.length === 0) {
      // Where nobody could come in, the room can be closed all the same.
      this.#deps.end('killed');
      this.#deps.send(respond(message.type, 'success'), sender?.identity);
      return;
    }
    const active = this.#active();
    if (general.has(message.type)) {
      const answers = [...this.#members.values()].flatMap(({ role, part }) =>
        part ? [{ role, answer: part.obey(message, sender) }] : [],
      );
      this.#answer(answers.at(-1), message, sender);
    } else if (active?.part) {
      this.#answer(
        { role: active.role, answer: active.part.obey(message, sender) },
        message,
        sender,
      );
    } else if (conversational.has(message.type)) {
      this.#answer(undefined, message, sender);
    } else {
      // What is told about the scene is told to all: any of them takes it in, and speaks to nobody about it.
      const any = [...this.#members.values()].find(({ part }) => part !== undefined);
      const answer = any?.part?.obey(message, sender, { silently: true });
      this.#answer(any && answer && { role: any.role, answer }, message, sender);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.parts.map((part) => part.close()));
  }

  #expect(role: Role): CastMember {
    const { roomSessionId, send } = this.#deps;
    const rosterEpoch = () => this.#rosterEpoch;
    const member = new CastMember(role, { roomSessionId, rosterEpoch, send });
    this.#members.set(role.membershipId, member);
    return member;
  }

  /** Who is spoken to, where that one is there. */
  #active(): CastMember | undefined {
    const member = this.#activeId === null ? undefined : this.#members.get(this.#activeId);
    return member?.isHere ? member : undefined;
  }

  #route(): void {
    this.#deps.onRoute(this.#active()?.part);
  }

  #answer(
    given: { role: Role; answer: ServerResponse } | undefined,
    { type }: ClientMessage,
    sender: Participant | undefined,
  ): void {
    const { send, roomSessionId } = this.#deps;
    if (given) {
      send(markMessage(given.answer, marksOf(roomSessionId, given.role)), sender?.identity);
      return;
    }
    const message = 'No character is spoken to: choose one with interaction-target.';
    const extras = { success: false, code: 'no_active_target', route_epoch: this.#routeEpoch };
    send(respond(type, 'error', { message, extras }), sender?.identity);
  }

  /** Never rejects. */
  async #letIn(member: CastMember): Promise<void> {
    const { membershipId } = member.role;
    const { open, log } = this.#deps;
    const isExpected = () => !this.#closed && this.#members.get(membershipId) === member;
    try {
      const part = await open(member.role, (news) => {
        if (isExpected()) this.#onPlace(member, news);
      });
      if (isExpected()) member.part = part;
      else await part.close();
    } catch (err) {
      log.error({ err, membershipId }, 'a character could not come into the room');
      if (isExpected()) this.#fail(member, 'join_failed');
    }
  }

  /** A part goes on without a place, until there is no hope of one. */
  #onPlace(member: CastMember, news: PlaceNews): void {
    const { part, failure } = member;
    switch (news) {
      case 'lost':
        this.#fail(member, 'connection_lost');
        return;
      case 'returning':
        member.tellStatus('starting');
        return;
      case 'back':
        member.failure = undefined;
        // One who is still coming in is welcomed then.
        if (part) this.#welcome(member, undefined);
        return;
      case 'gone':
        member.part = undefined;
        this.#fail(member, failure ? 'join_failed' : 'connection_lost');
        part?.close().catch((err: unknown) => {
          this.#deps.log.error({ err }, 'a character that is out of the room could not be closed');
        });
    }
  }

  #fail(member: CastMember, failure: CastMember['failure']): void {
    member.failure = failure;
    member.tellStatus('failed');
    if (this.#activeId === member.role.membershipId) this.#route();
  }

  /** Everybody can talk with it from now on. */
  #welcome(member: CastMember, interactionId: string | undefined): void {
    member.tellStatus('ready');
    member.announce(undefined, interactionId);
    if (this.#activeId === member.role.membershipId) this.#route();
  }

  /** Never rejects. */
  async #command(message: RosterMessage, sender: Participant | undefined): Promise<void> {
    const { command, send, log, roomSessionId } = this.#deps;
    const commandId = message.data.command_id ?? message.id;
    if (commandId === undefined || commandId === '' || commandId.length > 128) {
      const extras = { success: false, code: 'invalid_command' };
      const text = 'The command needs an id.';
      send(respond(message.type, 'error', { message: text, extras }), sender?.identity);
      return;
    }
    try {
      const { outcome, added } = await command(commandOf(message, commandId));
      // What was changed, to everybody: the others have to know whom they talk with, too.
      const isNews = outcome.ok && !outcome.duplicate;
      const answer = acknowledge(message.type, commandId, roomSessionId, outcome);
      send(answer, isNews ? undefined : sender?.identity);
      if (outcome.ok) await this.#apply(outcome, added);
    } catch (err) {
      log.error({ err, commandId }, 'a command to the cast could not be carried out');
      const extras = { success: false, code: 'coordinator_unavailable', command_id: commandId };
      const reason = `Failed to process ${message.type}: try again`;
      send(respond(message.type, 'error', { message: reason, extras }), sender?.identity);
    }
  }

  async #apply(outcome: Extract<RosterOutcome, { ok: true }>, added: Role[]): Promise<void> {
    this.#rosterEpoch = Math.max(this.#rosterEpoch, outcome.rosterEpoch);
    // A repeated command may be older than what holds by now.
    if (outcome.routeEpoch > this.#routeEpoch) {
      this.#routeEpoch = outcome.routeEpoch;
      this.#activeId = outcome.activeMembershipId;
      this.#route();
    }
    const leaving = outcome.removedMembershipIds.map((membershipId) => {
      const member = this.#members.get(membershipId);
      this.#members.delete(membershipId);
      member?.tellRemoved();
      return member?.part?.close();
    });
    const coming = added.map((role) => this.#add(role));
    await Promise.all([...leaving, ...coming]);
  }

  async #add(role: Role): Promise<void> {
    if (this.#members.has(role.membershipId)) return;
    const member = this.#expect(role);
    member.tellStatus('starting');
    await this.#letIn(member);
    if (member.isHere) this.#welcome(member, randomUUID());
    if (this.#hasBegun) member.part?.begin(false);
  }
}
