import type {
  LocatedRoom,
  NewVoiceSession,
  RoomLocator,
  VoiceSessionStore,
} from '../../src/dispatch/voice-sessions.ts';
import { PublicError } from '../../src/errors/public-error.ts';
import type { ClientContext } from '../../src/protocol/client-context.ts';
import type { Assignment, RosterAnswer, SessionEnd } from '../../src/protocol/journal.ts';
import type { Material, RecallQuery } from '../../src/protocol/material.ts';
import type { Participant } from '../../src/protocol/participant.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { nothingRecollected } from '../../src/protocol/recollection.ts';
import { aCharacter } from './a-character.ts';

type Stored = NewVoiceSession & {
  joinedAt: Date | null;
  end: SessionEnd | null;
  admitted: { id: string; participant: Participant }[];
};

/** Voice sessions as the database keeps them, in memory. */
export class MemoryVoiceSessions implements VoiceSessionStore {
  readonly sessions = new Map<string, Stored>();
  readonly turns = new Map<string, TurnRecord>();
  readonly contexts = new Map<string, ClientContext>();
  /** What can be recalled, by any text that it contains. */
  materials: Material[] = [];
  fails = false;

  open(session: NewVoiceSession): Promise<{ id: string }> {
    if (this.fails) return Promise.reject(new Error('the database is away'));
    const admitted = [{ id: session.id, participant: session.participant }];
    this.sessions.set(session.id, { ...session, joinedAt: null, end: null, admitted });
    return Promise.resolve({ id: session.id });
  }

  loadAssignment(roomName: string): Promise<Assignment | undefined> {
    const stored = [...this.sessions.values()].find(
      (session) =>
        session.roomName === roomName && (session.end === null || session.end === 'never_joined'),
    );
    return Promise.resolve(
      stored && {
        sessionId: stored.id,
        roomName,
        characterSessionId: stored.conversationId,
        character: aCharacter({ greeting: 'Hello.' }),
        ownLlm: null,
        narrative: null,
        tools: null,
        settings: stored.settings,
        context: this.contexts.get(stored.id) ?? null,
        userIdentity: stored.userIdentity,
        participants: stored.admitted.map(({ participant }) => participant),
        cast: null,
        history: [...this.turns.values()],
        recollection: nothingRecollected,
        takenOver: stored.joinedAt !== null,
      },
    );
  }

  locate(workspaceId: string, locator: RoomLocator): Promise<LocatedRoom[]> {
    const isMeant = (session: Stored) => {
      switch (locator.kind) {
        case 'sharedKey':
          return session.sharedKey === locator.key;
        case 'roomName':
          return session.roomAlias === locator.name || session.roomName === locator.name;
        case 'roomSession':
          return session.id === locator.id;
      }
    };
    const rooms = [...this.sessions.values()].filter(
      (session) =>
        session.workspaceId === workspaceId &&
        (session.end === null || session.end === 'never_joined') &&
        isMeant(session),
    );
    return Promise.resolve(
      rooms.map((session) => ({ ...session, characterId: 'ada', roster: null })).reverse(),
    );
  }

  async admit(place: {
    sessionId: string;
    id: string;
    participant: Participant;
    most: number;
  }): Promise<string | undefined> {
    const { admitted } = await this.#require(place.sessionId);
    const { id, participant, most } = place;
    const known = admitted.find((one) => one.participant.identity === participant.identity);
    if (known) return known.id;
    if (admitted.length >= most) return undefined;
    admitted.push({ id, participant });
    return id;
  }

  async attend(sessionId: string, here: string[]): Promise<string[]> {
    const { settings } = await this.#require(sessionId);
    return here.slice(settings.max_num_participants);
  }

  commandRoster(): Promise<{ answer: RosterAnswer; members: [] }> {
    return Promise.reject(new PublicError(404, 'unknown_session', 'The room has one character.'));
  }

  async markJoined(sessionId: string): Promise<void> {
    const session = await this.#require(sessionId);
    session.joinedAt ??= new Date(0);
    if (session.end === 'never_joined') session.end = null;
  }

  async appendTurn(sessionId: string, turn: TurnRecord): Promise<void> {
    if (this.fails) throw new Error('the database is away');
    await this.#require(sessionId);
    this.turns.set(turn.id, turn);
  }

  async keepContext(sessionId: string, context: ClientContext): Promise<void> {
    await this.#require(sessionId);
    this.contexts.set(sessionId, context);
  }

  async recall(sessionId: string, { text }: RecallQuery): Promise<Material[]> {
    await this.#require(sessionId);
    return this.materials.filter((material) => material.text.includes(text));
  }

  async end(sessionId: string, reason: SessionEnd): Promise<void> {
    (await this.#require(sessionId)).end ??= reason;
  }

  listOpen() {
    const open = [...this.sessions.values()].filter(({ end }) => end === null);
    return Promise.resolve(open.map((session) => ({ ...session, places: 1 })));
  }

  #require(sessionId: string): Promise<Stored> {
    const session = this.sessions.get(sessionId);
    return session
      ? Promise.resolve(session)
      : Promise.reject(new PublicError(404, 'unknown_session', 'There is no such voice session.'));
  }
}
