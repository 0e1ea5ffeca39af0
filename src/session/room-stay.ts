import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../lifetime/clock.ts';
import { inTime, openedInTime } from '../lifetime/in-time.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import type { Log } from '../telemetry/log.ts';
import type { JoinedRoom, RoomDoor, RoomJob, StaySession } from './room-door.ts';

export type StayDeps = {
  clock: Clock;
  log: Log;
  journal: Pick<Journal, 'roomJoined' | 'roomLeft' | 'sessionEnded'>;
  enter: RoomDoor;
};

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
 * What is far beyond all that a machine under load needs: a native client or a server of functions that never answers
 * must not keep the job, and its place, for ever. An agent that drains is killed before that.
 */
const limits = { openMs: 30_000, closeMs: 30_000, leaveMs: 10_000 };

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
  #session: StaySession | undefined;
  /** What the server said before the session was open. */
  readonly #said: ((session: StaySession) => void)[] = [];

  constructor(
    private readonly job: RoomJob,
    private readonly deps: StayDeps,
  ) {
    this.#departure = new Promise((resolve) => (this.#depart = resolve));
    this.#assigned = new Promise((resolve) => (this.#assign = resolve));
    this.#called = new Promise((resolve) => (this.#call = resolve));
    this.done = this.#run();
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

  #say(word: (session: StaySession) => void): void {
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
    await this.#ending('leaving a room', limits.leaveMs, room.close());
    await this.#report(departure);
  }

  async #enter(): Promise<JoinedRoom> {
    try {
      return await this.deps.enter(this.job, (why) => {
        this.depart({ kind: why === 'replaced' ? 'givenAway' : 'roomGone' });
      });
    } catch (cause) {
      await this.#report({ kind: 'roomGone' });
      throw cause;
    }
  }

  async #stay(room: JoinedRoom): Promise<Departure> {
    const first = await Promise.race([this.#assigned, this.#departure]);
    if ('kind' in first) return first;
    const session = await this.#open(room, first);
    this.#session = session;
    for (const word of this.#said.splice(0)) word(session);
    const ended = session.ended.then((reason): Departure => ({ kind: 'sessionEnded', reason }));
    const departure = await Promise.race([ended, this.#departure]);
    this.deps.log.info({ sessionId: this.sessionId, departure }, 'session ends');
    if (departure.kind === 'sessionEnded') session.sayWhy(departure.reason);
    const closing = departure.kind === 'givenAway' ? session.abandon() : session.close();
    await this.#ending('closing a session', limits.closeMs, closing);
    return departure;
  }

  #open(room: JoinedRoom, assignment: Assignment): Promise<StaySession> {
    const { clock, log } = this.deps;
    const { sessionId } = assignment;
    return openedInTime(room.openSession(assignment), {
      ...{ clock, what: 'opening a session', limitMs: limits.openMs },
      close: (late) => late.close(),
      onLate: (err) => {
        log.warn({ err, sessionId }, 'a session that was given up could not be closed');
      },
    });
  }

  /** What comes after it comes in any case. Never rejects. */
  async #ending(what: string, limitMs: number, work: Promise<void>): Promise<void> {
    const { clock, log } = this.deps;
    try {
      await inTime(work, { clock, what, limitMs });
    } catch (err) {
      const { roomName } = this.job;
      log.error({ err, roomName, sessionId: this.sessionId }, 'a stay did not end as it should');
    }
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
