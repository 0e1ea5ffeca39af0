import { randomUUID } from 'node:crypto';
import { sleep, type Clock } from '../lifetime/clock.ts';
import { Scope, ScopeClosed, type Closable } from '../lifetime/scope.ts';
import { Conversation } from '../pipeline/conversation.ts';
import { buildPrompt } from '../prompt/prompt.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell, type Speaker } from '../protocol/tell.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Llm } from '../providers/llm/llm.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { Vad } from '../providers/vad/vad.ts';
import type { AgentRoom, OpenMicrophone } from '../room/agent-room.ts';
import { tapLog, type Log } from '../telemetry/log.ts';
import { Arrival } from './arrival.ts';
import { FaceLine } from './face-line.ts';
import { faceWish } from './face-wish.ts';
import { Diagnostics, type StageModels } from './diagnostics.ts';
import { idleMessage, IdleWatch, type IdleRules } from './idle-watch.ts';
import { ContextKeeper } from './context-keeper.ts';
import { isActivity, obey } from './obey.ts';
import { SessionContext } from './session-context.ts';
import { stageOf } from './stage.ts';
import { Telling } from './telling.ts';
import { turnTaking } from './turn-taking.ts';
import { VoiceWithFace } from './voice-with-face.ts';

/** What a voice session asks of the server. */
interface SessionJournal {
  appendTurn(sessionId: string, turn: TurnRecord): Promise<void>;
  keepContext(sessionId: string, context: ClientContext): Promise<void>;
  clientJoined(sessionId: string): Promise<void>;
}

export type SessionDeps = {
  clock: Clock;
  log: Log;
  vad: Vad;
  providers: { stt: Stt; llm: Llm; tts: Tts };
  journal: SessionJournal;
  models: StageModels;
  /** Undefined: sessions may be idle for ever. */
  idle: IdleRules | undefined;
};

/** A client whose connection broke may be back within this time, as when a phone changes its network. */
const returnGraceMs = 10_000;

/** One conversation in one room: joins room, pipeline and journal, which do not know each other. */
export class VoiceSession implements Closable {
  /** Resolves when it should be closed, with the reason. */
  readonly ended: Promise<SessionEnd>;
  readonly #scope: Scope;
  readonly #arrival: Arrival;
  readonly #idle: IdleWatch;
  readonly #diagnostics: Diagnostics;
  readonly #log: Log;
  #end!: (reason: SessionEnd) => void;
  #conversation: Conversation | undefined;
  #abandoned = false;
  #listeningTo = new AbortController();
  #leaving = new AbortController();

  private constructor(
    private readonly room: AgentRoom,
    private readonly assignment: Assignment,
    private readonly deps: SessionDeps,
  ) {
    const { sessionId, characterSessionId } = assignment;
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
    const interaction = tell.interactionCreated(randomUUID(), characterSessionId);
    let announced = false;
    this.#arrival = new Arrival(
      deps.clock,
      () => {
        const messages = announced ? tell.botReady() : [...interaction, ...tell.botReady()];
        // While nobody is there to hear it, the whole announcement is repeated.
        announced = this.#arrival.isHere;
        this.#tell(messages);
      },
      () => {
        this.#onArrived();
      },
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
      { sessionId, speaker: speakerOf(assignment) },
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
        ...deps.providers,
        clock: deps.clock,
        log: this.#log,
        vad: deps.vad.openStream(),
        voice,
        newId: randomUUID,
        ...turnTaking(settings),
        speaker: { voice: character.voice ?? undefined, language: character.language },
        stage: () => stageOf(assignment, context, speakerOf(assignment).speakerName),
        prompt: (past, userText, brokenOff, occasion) =>
          buildPrompt({
            character,
            told: context.told,
            history: past,
            userText,
            ...(brokenOff !== undefined && { brokenOff }),
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
      diagnostics: this.#diagnostics,
      respondModes: settings.respond_modes,
      end: this.#end,
      log: this.#log,
    });
    room.events.on('data', (bytes) => {
      const message = room.data.receive(bytes);
      if (!message) return;
      if (isActivity(message)) this.#idle.activity();
      room.data.send(answer(message));
    });
    if (settings.audio_config.output.audio_routing === 'data_only') this.#arrival.callOut();
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
    const isUser = (identity: string) => identity === this.assignment.userIdentity;
    this.#scope.defer('arrival', () => {
      this.#arrival.stop();
      this.#idle.stop();
      this.#listeningTo.abort();
      this.#leaving.abort();
    });
    events.on('arrived', (identity) => {
      if (!isUser(identity)) return;
      this.#leaving.abort();
      this.#sign();
    });
    events.on('listened', () => {
      this.#sign();
    });
    events.on('data', () => {
      this.#sign();
    });
    events.on('left', (identity, byChoice) => {
      if (isUser(identity)) void this.#onLeft(byChoice);
    });
    events.on('microphone', (identity, open) => {
      if (isUser(identity)) void this.#hear(open);
    });
    events.on('microphoneMuted', (identity) => {
      if (isUser(identity)) this.#conversation?.microphoneSilent();
    });
  }

  #tell(messages: ClientBoundMessage[]): void {
    for (const message of messages) this.room.data.send(message);
  }

  /** A sign of the client counts once there is somebody to answer it. */
  #sign(): void {
    if (this.#conversation) this.#arrival.sign();
  }

  #onArrived(): void {
    const { assignment, deps } = this;
    this.#idle.start();
    const { history, character, sessionId } = assignment;
    deps.journal.clientJoined(sessionId).catch((err: unknown) => {
      this.#log.error({ err }, 'the server could not note that the client is here');
    });
    this.#log.info({ takenOver: assignment.takenOver }, 'client is here');
    const last = history.at(-1);
    if (last?.status === 'open') this.#conversation?.resume(last);
    else if (history.length === 0 && character.greeting !== '') {
      this.#conversation?.greet(character.greeting);
    }
  }

  /** A new track replaces the one before, as when the user changes devices. */
  async #hear(open: OpenMicrophone): Promise<void> {
    this.#listeningTo.abort();
    this.#listeningTo = new AbortController();
    const { signal } = this.#listeningTo;
    try {
      await this.#conversation?.hearFrom(open(signal), signal);
    } catch (err) {
      if (!signal.aborted) this.#log.error({ err }, 'hearing broke off');
    }
  }

  async #onLeft(byChoice: boolean): Promise<void> {
    if (byChoice) {
      this.#end('client_left');
      return;
    }
    this.#leaving = new AbortController();
    this.#conversation?.microphoneSilent();
    try {
      await sleep(this.deps.clock, returnGraceMs, this.#leaving.signal);
      this.#end('client_left');
    } catch {
      this.#log.info('client is back');
    }
  }
}

/** Whose words the transcripts have. */
function speakerOf({ userIdentity, settings }: Assignment): Speaker {
  const speakerId = settings.speaker_id ?? settings.end_user_id;
  return { participantId: userIdentity, ...(speakerId !== null && { speakerId }) };
}
