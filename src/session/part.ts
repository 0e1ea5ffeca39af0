import { randomUUID } from 'node:crypto';
import type { VoiceOut } from '../frames/voice-out.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { Conversation } from '../pipeline/conversation.ts';
import type { ConversationEvent } from '../pipeline/conversation-event.ts';
import type { Recollect } from '../pipeline/recalling.ts';
import { ToolDesk } from '../pipeline/tool-desk.ts';
import type { Company } from '../prompt/company.ts';
import { buildPrompt, type PromptContext } from '../prompt/prompt.ts';
import type { Remembered } from '../prompt/remembered.ts';
import type { Character } from '../protocol/character.ts';
import type { AudioOutput, SessionSettings } from '../protocol/connect.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import type { ToolCallRecord, TurnRecord } from '../protocol/turn-record.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Llm } from '../providers/llm/llm.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';
import { loadTools } from '../providers/tools/load-tools.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { Vad } from '../providers/vad/vad.ts';
import type { VoiceSink } from '../room/voice-sink.ts';
import type { Log } from '../telemetry/log.ts';
import type { Diagnostics } from './diagnostics.ts';
import { FaceLine } from './face-line.ts';
import { faceWish } from './face-wish.ts';
import { obey, type Obey } from './obey.ts';
import type { SessionContext } from './session-context.ts';
import { Story } from './story.ts';
import { stageOf } from './stage.ts';
import { speakerOf, Telling } from './telling.ts';
import { turnTaking } from './turn-taking.ts';
import type { Sights } from './sights.ts';
import type { GivenAnswers } from './given-answers.ts';
import { Vision } from './vision.ts';
import { VoiceWithFace } from './voice-with-face.ts';

/** A message has no jitter buffer: the sound that was spoken before it comes so much later. */
const onItsWayMs = 150;

/** Who is played, and what they have said so far. */
export type PartRole = Pick<Assignment, 'ownLlm' | 'narrative' | 'tools' | 'characterSessionId'> & {
  character: Character;
  history: TurnRecord[];
};

/** From where a character speaks and tells: the room, or a place of its own in it. */
export type Podium = {
  openVoice(output: AudioOutput, others: readonly VoiceSink[]): Promise<VoiceOut>;
  /** @param isVoid asked right before: true leaves the message out */
  send(message: ClientBoundMessage, isVoid?: () => boolean): void;
  /** Leaves it. */
  close?(): Promise<void>;
};

export type PartDeps = {
  clock: Clock;
  log: Log;
  vad: Vad;
  providers: { stt: Stt; llm: Llm; tts: Tts; moderation?: Moderation };
  /** What the ids of its answers begin with. */
  responses: string;
  settings: SessionSettings;
  context: SessionContext;
  /** Undefined where nobody asked to be seen. */
  sights: Sights | undefined;
  answers: GivenAnswers;
  diagnostics: Diagnostics;
  /** Several people may be in the room. */
  isShared: boolean;
  /** Whose words they are where nobody else can be meant. */
  speaker: Participant;
  /** Who is there now. */
  people: () => Participant[];
  /** Who else is there now; undefined where nobody can be. */
  company: () => Company | undefined;
  /** Looks up what is said. */
  recollect: Recollect;
  /** Whether there is anything to look into, now. */
  recalls: () => boolean;
  /** What the character has of the past, for an answer to this one. */
  remembered: (speaker: Participant | undefined) => Remembered;
  /** For persona and conversation in a prompt. */
  budgetTokens: number;
  /** Resolves when the record is stored for good. */
  store: (record: TurnRecord) => Promise<void>;
  onEvent: (event: ConversationEvent) => void;
  end: (reason: SessionEnd) => void;
};

/** One character in a room: its conversation, its voice and face, and what it tells of them. */
export class Part implements Closable {
  private constructor(
    readonly role: PartRole,
    readonly conversation: Conversation,
    /** Does what a client's message asks of this character. */
    readonly obey: Obey,
    private readonly story: Story,
    private readonly desk: ToolDesk | undefined,
    private readonly podium: Podium,
  ) {}

  static async open(role: PartRole, podium: Podium, deps: PartDeps): Promise<Part> {
    const { character, history } = role;
    const { responses, settings, context, diagnostics, clock, log } = deps;
    const wish = faceWish(settings);
    const face =
      wish &&
      new FaceLine(wish, clock, context.epoch, (message, isVoid) => {
        podium.send(message, isVoid);
      });
    const { output } = settings.audio_config;
    const track = await podium.openVoice(output, face ? [face] : []);
    const voice = face ? new VoiceWithFace(track, face) : track;
    const telling = new Telling(
      {
        id: responses,
        speaker: speakerOf(deps.speaker),
        isTakenOver: context.epoch > 1,
        ...(wish?.as === 'frames' && face && { face: () => face.next }),
      },
      diagnostics,
      clock,
      (message) => {
        podium.send(message);
      },
    );
    const story = new Story(role.narrative, {
      keep: (sectionId) => {
        context.noteSection(role.characterSessionId, sectionId);
      },
      tell: (section) => {
        telling.tellSection(section);
      },
    });
    const own = inCharacter(deps.providers, character, role.ownLlm, deps);
    const takesImages = () => own.llm.takesImages?.() ?? false;
    const vision = deps.sights && new Vision(deps.sights, takesImages, clock);
    const desk =
      role.tools &&
      new ToolDesk(await loadTools(role.tools, { clock, log }), { clock, log }, pastCalls(history));
    const finished = history.filter(({ status }) => status !== 'open');
    const conversation = new Conversation(
      {
        ...own,
        clock,
        log,
        vad: deps.vad,
        voice,
        ...(desk && { desk }),
        newId: randomUUID,
        ...turnTaking(settings),
        speaker: { voice: character.voice ?? undefined, language: character.language },
        stage: () => stageOf(role, settings, context, deps.speaker.speakerName ?? undefined, story),
        recollect: deps.recollect,
        recalls: deps.recalls,
        prompt: (past, { userText, speaker, heardBefore, occasion, material }) => {
          const company = deps.company();
          const { part } = story;
          // Nobody asked: where there is one human only, it is for them all the same.
          const listener = speaker ?? (deps.isShared ? undefined : deps.speaker);
          const parts: PromptContext = {
            character,
            told: context.told,
            remembered: deps.remembered(listener),
            history: past,
            userText,
            ...(speaker && { speaker }),
            ...(material && { material }),
            ...(company && { company }),
            ...(part && { story: part }),
            ...(desk && { toolNotes: desk.notes }),
            ...(heardBefore !== undefined && { brokenOff: heardBefore }),
            ...(occasion && { occasion }),
            ...(vision && { sight: vision.isAble ? 'seeing' : 'blind' }),
          };
          return buildPrompt(parts, deps.budgetTokens);
        },
        ...(vision && { look: (speaker) => vision.look(speaker?.identity) }),
        store: deps.store,
        emit: (event) => {
          if (vision) watch(event, vision);
          const shown =
            event.kind === 'botStoppedSpeaking' ? face?.finish(voice.playedMs()) : undefined;
          telling.tell(event);
          // After the mark, which the face's own last word stands right before.
          if (shown) for (const message of diagnostics.face(shown)) podium.send(message);
          if (event.kind === 'story') story.follow(event);
          if (event.kind === 'botStartedSpeaking') face?.begin(telling.responseId);
          deps.onEvent(event);
        },
      },
      finished,
    );
    conversation.setSpeaking(context.speaking);
    conversation.setHearing(context.hearing);
    for (const who of deps.people().filter(({ identity }) => context.isMuted(identity)))
      conversation.setHearing(false, who);
    const answer = obey({
      conversation,
      whenHeard: (speaker, action) => {
        conversation.onceHeard(clock.nowMs() + onItsWayMs, speaker, action);
      },
      context,
      story,
      vision,
      answers: deps.answers,
      isShared: deps.isShared,
      diagnostics,
      end: deps.end,
      log,
    });
    return new Part(role, conversation, answer, story, desk ?? undefined, podium);
  }

  /** Somebody is there to hear it: takes up what was open, or opens the conversation. */
  begin(mayGreet: boolean): void {
    const { history, character } = this.role;
    this.story.begin();
    const last = history.at(-1);
    if (last?.status === 'open') this.conversation.resume(last);
    else if (mayGreet && history.length === 0 && character.greeting !== '') {
      this.conversation.greet(character.greeting);
    }
  }

  /** Stores what is running as far as it was heard. */
  async close(): Promise<void> {
    await this.conversation.close();
    await this.desk?.close();
    await this.podium.close?.();
  }
}

/** Words of a user are about what is shown while they are said; an answer that was given has seen what it looked at. */
function watch(event: ConversationEvent, vision: Vision): void {
  if (event.kind === 'userStartedSpeaking') vision.prepare(event.speaker?.identity);
  if (event.kind === 'turnCompleted' && event.record.status === 'completed') vision.answered();
}

/** Oldest first. */
function pastCalls(history: TurnRecord[]): ToolCallRecord[] {
  return history.flatMap(({ toolCalls }) => toolCalls ?? []);
}
