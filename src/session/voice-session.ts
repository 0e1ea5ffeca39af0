import { randomUUID } from 'node:crypto';
import type { Clock } from '../lifetime/clock.ts';
import { Scope, ScopeClosed, type Closable } from '../lifetime/scope.ts';
import { Conversation } from '../pipeline/conversation.ts';
import { buildPrompt } from '../prompt/prompt.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import { stranger, type Participant } from '../protocol/participant.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Llm } from '../providers/llm/llm.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { Vad } from '../providers/vad/vad.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import { tapLog, type Log } from '../telemetry/log.ts';
import { Attendance } from './attendance.ts';
import { FaceLine } from './face-line.ts';
import { faceWish } from './face-wish.ts';
import { Diagnostics, type StageModels } from './diagnostics.ts';
import { idleMessage, IdleWatch, type IdleRules } from './idle-watch.ts';
import { ContextKeeper } from './context-keeper.ts';
import { Microphones } from './microphones.ts';
import { isActivity, obey } from './obey.ts';
import { SessionContext } from './session-context.ts';
import { stageOf } from './stage.ts';
import { speakerOf, Telling } from './telling.ts';
import { turnTaking } from './turn-taking.ts';
import { VoiceWithFace } from './voice-with-face.ts';

/** What a voice session asks of the server. */
interface SessionJournal {
  appendTurn(sessionId: string, turn: TurnRecord): Promise<void>;
  keepContext(sessionId: string, context: ClientContext): Promise<void>;
  clientJoined(sessionId: string): Promise<void>;
  /** Who is there now. */
  attendance(sessionId: string, here: string[]): Promise<void>;
}

export type SessionDeps = {
  clock: Clock;
  log: Log;
  vad: Vad;
  providers: { stt: Stt; llm: Llm; tts: Tts; moderation?: Moderation };
  journal: SessionJournal;
  models: StageModels;
  /** Undefined: sessions may be idle for ever. */
  idle: IdleRules | undefined;
};

/** What was handed to LiveKit's client is not yet on the wire, and leaving the room takes it back. */
const lastWordsMs = 250;

/** One conversation in one room: joins room, pipeline and journal, which do not know each other. */
export class VoiceSession implements Closable {
  /** Resolves when it should be closed, with the reason. */
  readonly ended: Promise<SessionEnd>;
  readonly #scope: Scope;
  readonly #attendance: Attendance;
  readonly #microphones: Microphones;
  readonly #idle: IdleWatch;
  readonly #diagnostics: Diagnostics;
  readonly #log: Log;
  #end!: (reason: SessionEnd) => void;
  #conversation: Conversation | undefined;
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
          this.#announce(to, interactionId);
        },
        onHere: (_who, isFirst) => {
          this.#log.info({ isFirst, takenOver: assignment.takenOver }, 'a client is here');
          if (isFirst) this.#onFirst();
        },
        onAway: (who) => {
          this.#conversation?.microphoneSilent(who);
        },
        onGone: (who) => {
          this.#microphones.close(who.identity);
          this.#conversation?.participantLeft(who);
        },
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

  /** Somebody more was let in. */
  expect(who: Participant): void {
    this.#attendance.expect(who);
  }

  /** The server's word that it is over. */
  endFor(reason: SessionEnd): void {
    this.#end(reason);
  }

  /** Tells the client why its session ends, where that is for it to know. */
  sayWhy(reason: SessionEnd): void {
    if (reason !== 'usage_limit') return;
    const message = 'You have used up the minutes of today. The session ends now.';
    this.#tell(tell.usageLimitReached('minutes', message));
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
    const { room, assignment, deps } = this;
    const { character, settings, history, sessionId } = assignment;
    this.#listenToRoom();
    const wish = faceWish(settings);
    const face =
      wish &&
      new FaceLine(wish, deps.clock, (message, isVoid) => {
        room.data.send(message, isVoid);
      });
    const { output } = settings.audio_config;
    const track = await room.openVoice(output, face ? [face] : []);
    const voice = face ? new VoiceWithFace(track, face) : track;
    if (this.#scope.closed) throw new ScopeClosed(this.#scope.name);
    const telling = new Telling(
      { sessionId, speaker: speakerOf(firstOf(assignment)) },
      this.#diagnostics,
      deps.clock,
      (message) => {
        room.data.send(message);
      },
    );
    const context = this.#openContext();
    const finished = history.filter(({ status }) => status !== 'open');
    const conversation = new Conversation(
      {
        ...inCharacter(deps.providers, character, assignment.ownLlm, deps),
        clock: deps.clock,
        log: this.#log,
        vad: deps.vad,
        voice,
        newId: randomUUID,
        ...turnTaking(settings),
        speaker: { voice: character.voice ?? undefined, language: character.language },
        stage: () => stageOf(assignment, context, firstOf(assignment).speakerName ?? undefined),
        prompt: (past, { userText, speaker, heardBefore, occasion }) =>
          buildPrompt({
            character,
            told: context.told,
            history: past,
            userText,
            ...(speaker && { speaker }),
            ...(this.#isShared && {
              company: { people: this.#attendance.here, characters: [] },
            }),
            ...(heardBefore !== undefined && { brokenOff: heardBefore }),
            ...(occasion && { occasion }),
          }),
        store: (record) =>
          this.#abandoned ? Promise.resolve() : deps.journal.appendTurn(sessionId, record),
        emit: (event) => {
          if (event.kind === 'botStoppedSpeaking') face?.finish(voice.playedMs());
          telling.tell(event);
          if (event.kind === 'botStartedSpeaking') face?.begin(`${sessionId}:${event.turnId}`);
          this.#idle.note(event);
        },
      },
      finished,
    );
    conversation.setSpeaking(context.speaking);
    conversation.setHearing(context.hearing);
    this.#scope.defer('conversation', () => conversation.close());
    this.#conversation = conversation;
    const answer = obey({
      conversation,
      context,
      isShared: this.#isShared,
      diagnostics: this.#diagnostics,
      respondModes: settings.respond_modes,
      end: (reason) => {
        deps.clock.after(lastWordsMs, () => this.#end(reason));
      },
      log: this.#log,
    });
    room.events.on('data', (bytes, identity) => {
      const sender = this.#attendance.sender(identity);
      if (sender) this.#attendance.sign(sender.identity);
      const message = room.data.receive(bytes, sender?.identity);
      if (!message) return;
      if (isActivity(message)) this.#idle.activity();
      room.data.send(answer(message, sender), undefined, this.#only(sender));
    });
    this.#microphones.route(conversation);
    this.#attendance.begin(settings.audio_config.output.audio_routing === 'data_only');
    room.replay();
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
    return new SessionContext(settings, context, (changed) => keeper.keep(changed));
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
      this.#conversation?.microphoneSilent(attendance.who(identity));
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

  #announce(to: Participant, interactionId: string | undefined): void {
    const { characterSessionId } = this.assignment;
    const interaction =
      interactionId === undefined ? [] : tell.interactionCreated(interactionId, characterSessionId);
    this.#tell([...interaction, ...tell.botReady()], this.#only(to));
  }

  #note(here: Participant[]): void {
    const { sessionId } = this.assignment;
    const identities = here.map(({ identity }) => identity);
    this.deps.journal.attendance(sessionId, identities).catch((err: unknown) => {
      this.#log.error({ err }, 'the server could not note who is here');
    });
  }

  #onFirst(): void {
    const { assignment, deps } = this;
    this.#idle.start();
    const { history, character, sessionId } = assignment;
    deps.journal.clientJoined(sessionId).catch((err: unknown) => {
      this.#log.error({ err }, 'the server could not note that the client is here');
    });
    const last = history.at(-1);
    if (last?.status === 'open') this.#conversation?.resume(last);
    else if (history.length === 0 && character.greeting !== '') {
      this.#conversation?.greet(character.greeting);
    }
  }
}

/** Whose words they are where nobody else can be meant. */
function firstOf({ participants, userIdentity }: Assignment): Participant {
  return participants[0] ?? stranger(userIdentity);
}
