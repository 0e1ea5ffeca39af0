import { randomUUID } from 'node:crypto';
import { sleep } from '../lifetime/clock.ts';
import { Scope, ScopeClosed, type Closable } from '../lifetime/scope.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import { tapLog, type Log } from '../telemetry/log.ts';
import { Attendance } from './attendance.ts';
import { ContextKeeper } from './context-keeper.ts';
import { Diagnostics } from './diagnostics.ts';
import { idleMessage, IdleWatch } from './idle-watch.ts';
import { Microphones } from './microphones.ts';
import { isActivity } from './obey.ts';
import { openPerformers } from './open-performers.ts';
import type { Performers } from './performers.ts';
import { Recollections } from './recollections.ts';
import { SessionContext } from './session-context.ts';
import type { SessionDeps } from './session-deps.ts';
import { openSights, type Sights } from './sights.ts';
import { GivenAnswers } from './given-answers.ts';

/**
 * What was handed to LiveKit's client is not yet on the wire, and leaving the room takes it back. A busy machine may need
 * a while to send it.
 */
const lastWordsMs = 1_000;

/** One room with its humans and its characters: joins room, pipeline and journal, which do not know each other. */
export class VoiceSession implements Closable {
  /** Resolves when it should be closed, with the reason. */
  readonly ended: Promise<SessionEnd>;
  readonly #scope: Scope;
  readonly #attendance: Attendance;
  readonly #microphones: Microphones;
  readonly #idle: IdleWatch;
  readonly #recollections = new Recollections();
  readonly #diagnostics: Diagnostics;
  readonly #log: Log;
  #end!: (reason: SessionEnd) => void;
  #performers: Performers | undefined;
  #context: SessionContext | undefined;
  #abandoned = false;

  private constructor(
    private readonly room: AgentRoom,
    private readonly assignment: Assignment,
    private readonly deps: SessionDeps,
  ) {
    const { sessionId, settings } = assignment;
    this.#diagnostics = new Diagnostics(assignment.settings, deps.models, deps.clock);
    const log = deps.log.child({ sessionId });
    this.#log = assignment.settings.debug
      ? tapLog(log, (line) => {
          this.#tell(this.#diagnostics.log(line));
        })
      : log;
    this.#idle = new IdleWatch({
      clock: deps.clock,
      rules: deps.idle,
      onWarning: (remainingMs) => {
        this.#tell(tell.userIdleWarning(Math.round(remainingMs / 1000), idleMessage(remainingMs)));
      },
      onTimeout: () => {
        this.#end('idle');
      },
    });
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#scope = new Scope(`session ${sessionId}`, (child, err) => {
      this.#log.error({ err, child }, 'closing failed');
    });
    this.#microphones = new Microphones(this.#log);
    this.#attendance = new Attendance(
      {
        clock: deps.clock,
        newId: randomUUID,
        isShared: settings.max_num_participants > 1,
        announce: (to, interactionId) => {
          this.#performers?.announce(this.#only(to), interactionId);
        },
        onHere: (who, isFirst) => {
          this.#log.info({ isFirst, takenOver: assignment.takenOver }, 'a client is here');
          if (this.#context?.isMuted(who.identity)) this.#setHearing(false, who);
          if (isFirst) this.#onFirst();
        },
        onAway: (who) => {
          this.#microphones.silence(who);
        },
        onGone: (who) => {
          this.#microphones.close(who.identity);
          for (const { conversation } of this.#performers?.parts ?? [])
            conversation.participantLeft(who);
          this.#unmute(who);
        },
        isThere: (identity) => deps.isThere(identity),
        onChange: (here) => {
          this.#note(here);
        },
        onEmpty: () => {
          this.#end('client_left');
        },
      },
      assignment.participants,
    );
  }

  /** Opens everything in the room that the conversation needs. */
  static async open(
    room: AgentRoom,
    assignment: Assignment,
    deps: SessionDeps,
  ): Promise<VoiceSession> {
    const session = new VoiceSession(room, assignment, deps);
    try {
      await session.#open();
    } catch (cause) {
      await session.close();
      throw cause;
    }
    return session;
  }

  get sessionId(): string {
    return this.assignment.sessionId;
  }

  /** That are there; undefined until they are. */
  get characters(): number | undefined {
    return this.#performers && Math.max(1, this.#performers.parts.length);
  }

  /** Somebody more was let in. */
  expect(who: Participant): void {
    this.#attendance.expect(who);
  }

  summarised(characterSessionId: string, summary: Summary): void {
    this.#recollections.summarised(characterSessionId, summary);
  }

  learned(news: FactNews): void {
    this.#recollections.learned(news);
  }

  /** There is something to recall for a character now. */
  recalls(characterId: string): void {
    this.#recollections.recallsNow(characterId);
  }

  /** Tells the client why its session ends, where that is for it to know. */
  sayWhy(reason: SessionEnd): void {
    if (reason !== 'usage_limit') return;
    const message = 'You have used up the minutes of today. The session ends now.';
    this.#tell(tell.usageLimitReached('minutes', message));
    this.#scope.defer('last words', () => sleep(this.deps.clock, lastWordsMs));
  }

  /** Stores what is running as far as it was heard. The room is its owner's to leave. */
  close(): Promise<void> {
    return this.#scope.close();
  }

  /** Closes without storing anything more: another process has the conversation now. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.close();
  }

  async #open(): Promise<void> {
    const { room, assignment } = this;
    this.#listenToRoom();
    const context = (this.#context = this.#openContext());
    const sights = this.#openSights();
    const performers = await this.#openPerformers(context, sights);
    this.#scope.defer('performers', () => performers.close());
    if (this.#scope.closed) throw new ScopeClosed(this.#scope.name);
    this.#performers = performers;
    room.events.on('data', (bytes, identity) => {
      const sender = this.#attendance.sender(identity);
      if (sender) this.#attendance.sign(sender.identity);
      const message = room.data.receive(bytes, sender?.identity);
      if (!message) return;
      if (isActivity(message)) this.#idle.activity();
      performers.obey(message, sender);
    });
    const { audio_routing: routing } = assignment.settings.audio_config.output;
    this.#attendance.begin(routing === 'data_only');
    room.replay();
  }

  #openPerformers(context: SessionContext, sights: Sights | undefined): Promise<Performers> {
    const { room, assignment, deps } = this;
    return openPerformers({
      ...{ room, assignment, deps, context, sights },
      answers: new GivenAnswers(),
      log: this.#log,
      attendance: this.#attendance,
      microphones: this.#microphones,
      recollections: this.#recollections,
      diagnostics: this.#diagnostics,
      isShared: this.#isShared,
      only: (who) => this.#only(who),
      store: (record, membershipId) =>
        this.#abandoned
          ? Promise.resolve()
          : deps.journal.appendTurn(assignment.sessionId, record, membershipId),
      onEvent: (event) => {
        this.#idle.note(event);
      },
      end: (reason) => {
        deps.clock.after(lastWordsMs, () => this.#end(reason));
      },
    });
  }

  /** What the client told before another process had the session, and will tell; each change is stored. */
  #openContext(): SessionContext {
    const { settings, context, sessionId } = this.assignment;
    const { clock, journal } = this.deps;
    const keeper = new ContextKeeper({
      clock,
      store: async (changed) => {
        if (!this.#abandoned) await journal.keepContext(sessionId, changed);
      },
      onFailed: (err) => this.#log.error({ err }, 'what the client told could not be stored'),
    });
    this.#scope.defer('context', () => keeper.close());
    const known = new SessionContext(settings, context, (changed) => keeper.keep(changed));
    if (this.assignment.takenOver) known.noteTakenOver();
    return known;
  }

  #openSights(): Sights | undefined {
    const { room, assignment, deps } = this;
    const sights = openSights(room, assignment.settings, { clock: deps.clock, log: this.#log });
    if (sights) this.#scope.defer('sights', () => sights.close());
    return sights;
  }

  #listenToRoom(): void {
    const { events } = this.room;
    const attendance = this.#attendance;
    this.#scope.defer('attendance', () => {
      attendance.stop();
      this.#idle.stop();
      this.#microphones.closeAll();
    });
    events.on('arrived', (identity) => {
      attendance.arrived(identity);
    });
    events.on('listened', () => {
      attendance.listened();
    });
    events.on('left', (identity, byChoice) => {
      attendance.left(identity, byChoice);
    });
    events.on('microphone', (identity, open) => {
      attendance.sign(identity);
      this.#microphones.open(attendance.who(identity), open);
    });
    events.on('microphoneMuted', (identity) => {
      this.#microphones.silence(attendance.who(identity));
    });
  }

  /** Several people may be in the room, and are told apart. */
  get #isShared(): boolean {
    return this.assignment.settings.max_num_participants > 1;
  }

  /** Where an answer to this one goes; to everybody where nobody else is, for the sender may not be known yet. */
  #only(who: Participant | undefined): string | undefined {
    return this.#isShared ? who?.identity : undefined;
  }

  #tell(messages: ClientBoundMessage[], to?: string): void {
    for (const message of messages) this.room.data.send(message, undefined, to);
  }

  #note(here: Participant[]): void {
    const { sessionId } = this.assignment;
    const identities = here.map(({ identity }) => identity);
    this.deps.journal.attendance(sessionId, identities).catch((err: unknown) => {
      this.#log.error({ err }, 'the server could not note who is here');
    });
  }

  #setHearing(enabled: boolean, who: Participant): void {
    for (const { conversation } of this.#performers?.parts ?? [])
      conversation.setHearing(enabled, who);
  }

  /** Who comes again is a page that was loaded anew, and knows nothing of a microphone that was switched off. */
  #unmute(who: Participant): void {
    if (!this.#context?.isMuted(who.identity)) return;
    this.#context.noteMuted(who.identity, false);
    this.#setHearing(true, who);
  }

  #onFirst(): void {
    const { assignment, deps } = this;
    this.#idle.start();
    deps.journal.clientJoined(assignment.sessionId).catch((err: unknown) => {
      this.#log.error({ err }, 'the server could not note that the client is here');
    });
    this.#performers?.begin();
  }
}
