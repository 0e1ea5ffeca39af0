import type { Journal } from '../journal/journal.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import { AgentRoom, type JoinRoom } from '../room/agent-room.ts';
import { characterToken } from '../room/agent-token.ts';
import { isInRoom } from '../room/presence.ts';
import type { MicrophoneLag } from '../telemetry/microphone-lag.ts';
import type { SessionDeps } from './session-deps.ts';
import { VoiceSession } from './voice-session.ts';

export type HostDeps = Omit<SessionDeps, 'journal' | 'enterAs' | 'isThere'> & {
  journal: Journal;
  /** Of all microphones of the process. */
  lag: MicrophoneLag;
};
export type RoomJob = { roomName: string; url: string; token: string };

/** How the stay in a room ends. */
export type Departure =
  | { kind: 'sessionEnded'; reason: SessionEnd }
  /** We are out of it, for whatever reason; the server finds out whether the client still is in there. */
  | { kind: 'roomGone' }
  /** Another process has the room. */
  | { kind: 'givenAway' }
  /** This process ends; another one may go on in the room. */
  | { kind: 'shutdown' };

/**
 * This process and one room, from taking its job to leaving it. It joins when it is told to, at the latest for a session:
 * a job that is only held costs nothing.
 */
export class RoomStay {
  /** Rejects only when the room could not be joined. */
  readonly done: Promise<void>;
  readonly #departure: Promise<Departure>;
  #depart!: (departure: Departure) => void;
  readonly #assigned: Promise<Assignment>;
  #assign!: (assignment: Assignment) => void;
  readonly #called: Promise<void>;
  #call!: () => void;
  #assignment: Assignment | undefined;
  #isCalled = false;
  #session: VoiceSession | undefined;
  /** What the server said before the session was open. */
  readonly #said: ((session: VoiceSession) => void)[] = [];

  constructor(
    private readonly job: RoomJob,
    private readonly deps: HostDeps,
  ) {
    this.#departure = new Promise((resolve) => (this.#depart = resolve));
    this.#assigned = new Promise((resolve) => (this.#assign = resolve));
    this.#called = new Promise((resolve) => (this.#call = resolve));
    this.done = this.#run();
  }

  /** Whether it is in the room, or on its way. */
  get called(): boolean {
    return this.#isCalled;
  }

  get sessionId(): string | undefined {
    return this.#assignment?.sessionId;
  }

  /** That are there, or come with the session; none while there is no session. */
  get characters(): number {
    const present = this.#session?.characters;
    if (present !== undefined) return present;
    const cast = this.#assignment?.cast;
    if (cast) return Math.max(1, cast.roles.length);
    return this.#assignment ? 1 : 0;
  }

  /** The session of this room; said twice it counts once. */
  assign(assignment: Assignment): void {
    this.#assignment ??= assignment;
    this.#assign(assignment);
    this.join();
  }

  /** Joins the room now, whether there is a session for it or not. */
  join(): void {
    this.#isCalled = true;
    this.#call();
  }

  /** Somebody more was let in. */
  expect(participant: Participant): void {
    this.#say((session) => {
      session.expect(participant);
    });
  }

  /** A conversation of the session has a newer summary. */
  summarised(characterSessionId: string, summary: Summary): void {
    this.#say((session) => {
      session.summarised(characterSessionId, summary);
    });
  }

  /** What is remembered of somebody has changed. */
  learned(news: FactNews): void {
    this.#say((session) => {
      session.learned(news);
    });
  }

  /** There is something to recall for a character now, which may be in this session. */
  recalls(characterId: string): void {
    this.#say((session) => {
      session.recalls(characterId);
    });
  }

  #say(word: (session: VoiceSession) => void): void {
    if (this.#session) word(this.#session);
    else this.#said.push(word);
  }

  /** Ends the stay; the first reason counts. */
  depart(departure: Departure): void {
    this.#depart(departure);
  }

  async #run(): Promise<void> {
    void this.#announce();
    const early = await Promise.race([this.#called, this.#departure]);
    if (early) {
      await this.#report(early);
      return;
    }
    const room = await this.#enter();
    let departure: Departure;
    try {
      departure = await this.#stay(room);
    } catch (err) {
      const { log } = this.deps;
      log.error(
        { err, roomName: this.job.roomName, sessionId: this.sessionId },
        'a session failed',
      );
      departure = { kind: 'sessionEnded', reason: 'failed' };
    }
    await room.close();
    await this.#report(departure);
  }

  async #enter(): Promise<AgentRoom> {
    const { clock, lag, log } = this.deps;
    const { roomName, url, token } = this.job;
    try {
      const room = await AgentRoom.join({ url, token, clock, lag, log: log.child({ roomName }) });
      room.events.on('closed', (why) => {
        this.depart({ kind: why === 'replaced' ? 'givenAway' : 'roomGone' });
      });
      // Where somebody waits already, the voice's track need not wait for the session.
      if (room.humans.length > 0) room.prepareVoice();
      return room;
    } catch (cause) {
      await this.#report({ kind: 'roomGone' });
      throw cause;
    }
  }

  async #stay(room: AgentRoom): Promise<Departure> {
    const first = await Promise.race([this.#assigned, this.#departure]);
    if ('kind' in first) return first;
    const session = await VoiceSession.open(room, first, {
      ...this.deps,
      enterAs: (identity, name, send) => this.#enterAs(identity, name, send),
      isThere: (identity) => {
        const { roomName, url } = this.job;
        return isInRoom({ ...this.deps.journal.welcome.livekit, url }, roomName, identity);
      },
    });
    this.#session = session;
    for (const word of this.#said.splice(0)) word(session);
    const ended = session.ended.then((reason): Departure => ({ kind: 'sessionEnded', reason }));
    const departure = await Promise.race([ended, this.#departure]);
    this.deps.log.info({ sessionId: this.sessionId, departure }, 'session ends');
    if (departure.kind === 'sessionEnded') session.sayWhy(departure.reason);
    await (departure.kind === 'givenAway' ? session.abandon() : session.close());
    return departure;
  }

  #enterAs(identity: string, name: string, send: JoinRoom['send']): Promise<AgentRoom> {
    const { clock, lag, log, journal } = this.deps;
    const { roomName, url } = this.job;
    const token = characterToken(journal.welcome.livekit, { roomName, identity, name });
    return AgentRoom.join({
      ...{ url, token, clock, lag, log: log.child({ roomName, identity }), listens: false },
      ...(send && { send }),
    });
  }

  /** Never rejects. */
  async #announce(): Promise<void> {
    const { journal, log } = this.deps;
    const { roomName } = this.job;
    try {
      const assignment = await journal.roomJoined(roomName);
      if (assignment) this.assign(assignment);
    } catch (err) {
      log.error({ err, roomName }, 'the server does not want us in this room');
      this.depart({ kind: 'roomGone' });
    }
  }

  /** Tells the server how it ended; of a shutdown and a room given away it knows by itself. Never rejects. */
  async #report(departure: Departure): Promise<void> {
    const { journal, log } = this.deps;
    const { sessionId } = this;
    const { roomName } = this.job;
    try {
      switch (departure.kind) {
        case 'sessionEnded':
          if (sessionId !== undefined) await journal.sessionEnded(sessionId, departure.reason);
          await journal.roomLeft(roomName);
          return;
        case 'roomGone':
          await journal.roomLeft(roomName);
          return;
        case 'givenAway':
        case 'shutdown':
      }
    } catch (err) {
      log.warn({ err, roomName }, 'the server could not be told how a room was left');
    }
  }
}
