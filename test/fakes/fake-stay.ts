import { SessionSettings } from '../../src/protocol/connect.ts';
import { Assignment, type SessionEnd } from '../../src/protocol/journal.ts';
import type { JoinedRoom, RoomDoor, RoomJob, StaySession } from '../../src/session/room-door.ts';
import { aCharacter } from './a-character.ts';

/** A promise that is settled from outside. */
class Settling<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (cause: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** A session that does nothing, and ends, closes or hangs as the test says. */
class FakeSession implements StaySession {
  readonly characters = 1;
  readonly end = new Settling<SessionEnd>();
  readonly ended = this.end.promise;
  readonly said: string[] = [];
  closing: 'closes' | 'hangs' = 'closes';
  isClosed = false;

  expect(): void {
    this.said.push('expect');
  }
  summarised(): void {
    this.said.push('summarised');
  }
  learned(): void {
    this.said.push('learned');
  }
  recalls(): void {
    this.said.push('recalls');
  }
  sayWhy(): void {
    this.said.push('sayWhy');
  }
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.closing === 'hangs') await new Promise(() => undefined);
  }
  async abandon(): Promise<void> {
    this.said.push('abandon');
    await this.close();
  }
}

/** LiveKit, the voice session and the server, as the stay in a room meets them. */
export class FakeStay {
  readonly session = new FakeSession();
  /** What the server was told. */
  readonly told: string[] = [];
  /** Rooms that were to be joined, in this order. */
  readonly entered: string[] = [];
  joining: 'joins' | 'fails' = 'joins';
  opening: 'opens' | 'hangs' = 'opens';
  leaving: 'leaves' | 'hangs' = 'leaves';
  hasLeft = false;
  readonly #opened = new Settling<StaySession>();

  readonly journal = {
    roomJoined: () => Promise.resolve(null),
    roomLeft: (roomName: string) => this.#tell(`left ${roomName}`),
    sessionEnded: (sessionId: string, reason: SessionEnd) =>
      this.#tell(`${sessionId} ended: ${reason}`),
  };

  readonly enter: RoomDoor = ({ roomName }: RoomJob) => {
    this.entered.push(roomName);
    if (this.joining === 'fails') return Promise.reject(new Error('LiveKit is away'));
    const room: JoinedRoom = {
      openSession: () => {
        if (this.opening === 'opens') this.openAtLast();
        return this.#opened.promise;
      },
      close: async () => {
        this.hasLeft = true;
        if (this.leaving === 'hangs') await new Promise(() => undefined);
      },
    };
    return Promise.resolve(room);
  };

  openAtLast(): void {
    this.#opened.resolve(this.session);
  }

  #tell(what: string): Promise<void> {
    this.told.push(what);
    return Promise.resolve();
  }
}

/** The session of a room, with a character of whom nothing is known. */
export function anAssignment(roomName: string, sessionId = 's1'): Assignment {
  return Assignment.parse({
    ...{ roomName, sessionId },
    characterSessionId: 'c1',
    character: aCharacter(),
    ownLlm: null,
    settings: SessionSettings.parse({}),
    userIdentity: 'user:1',
    participants: [],
    cast: null,
    history: [],
    takenOver: false,
  });
}
