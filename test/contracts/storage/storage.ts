import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { Characters } from '../../../src/characters/characters.ts';
import { plantSeeds } from '../../../src/characters/plant-seeds.ts';
import { ChatHistory } from '../../../src/chats/chat-history.ts';
import { Conversations } from '../../../src/chats/conversations.ts';
import { forgetSpeaker } from '../../../src/chats/forget-speaker.ts';
import { MessageLog } from '../../../src/chats/message-log.ts';
import { Ratings } from '../../../src/chats/ratings.ts';
import { Participants } from '../../../src/chats/participants.ts';
import { Turns } from '../../../src/chats/turns.ts';
import { type OpenVoiceSession, VoiceSessions } from '../../../src/chats/voice-sessions.ts';
import type { Database } from '../../../src/db/db.ts';
import { Afterwork } from '../../../src/memory/afterwork.ts';
import { forgetPerson } from '../../../src/memory/forget-person.ts';
import { Memories } from '../../../src/memory/memories.ts';
import { Summaries } from '../../../src/memory/summaries.ts';
import type { RecollectingDeps } from '../../../src/minds/recollecting.ts';
import { ImageWork } from '../../../src/images/image-work.ts';
import { Keys } from '../../../src/keys/keys.ts';
import { ensureWorkspace } from '../../../src/keys/workspaces.ts';
import { Sealer } from '../../../src/db/sealer.ts';
import { Narratives } from '../../../src/narratives/narratives.ts';
import { OwnModels } from '../../../src/models/own-models.ts';
import { AddressGuard } from '../../../src/net/address-guard.ts';
import { SessionSettings } from '../../../src/protocol/connect.ts';
import type { TurnRecord } from '../../../src/protocol/turn-record.ts';
import { Speakers } from '../../../src/speakers/speakers.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { charactersContract } from './characters.ts';
import { conversationsContract } from './conversations.ts';
import { afterworkContract } from './afterwork.ts';
import { imageWorkContract } from './image-work.ts';
import { keysContract } from './keys.ts';
import { knowledgeContract } from './knowledge.ts';
import { memoriesContract } from './memories.ts';
import { messageLogContract } from './message-log.ts';
import { mindsContract } from './minds.ts';
import { participantsContract } from './participants.ts';
import { runningAnswersContract } from './running-answers.ts';
import { seedsContract } from './seeds.ts';
import { speakersContract } from './speakers.ts';
import { textContract } from './text.ts';
import { turnsContract } from './turns.ts';
import { usageContract } from './usage.ts';
import { voiceSessionsContract } from './voice-sessions.ts';
import { writtenTurnsContract } from './written-turns.ts';

/** Everything that is stored, over one database; each test makes a workspace of its own in it. */
export class Storage {
  readonly clock = new FakeClock();
  readonly characters: Characters;
  readonly conversations: Conversations;
  readonly sessions: VoiceSessions;
  readonly participants: Participants;
  readonly speakers: Speakers;
  readonly turns: Turns;
  readonly history: ChatHistory;
  readonly afterwork: Afterwork;
  readonly recollecting: RecollectingDeps;
  readonly keys: Keys;
  readonly models: OwnModels;
  readonly narratives: Narratives;
  readonly messageLog: MessageLog;
  readonly ratings: Ratings;
  readonly imageWork: ImageWork;
  /** Names of models whose key could not be opened. */
  readonly unreadable: string[] = [];

  constructor(readonly database: Database) {
    const { db } = database;
    this.characters = new Characters(db);
    this.conversations = new Conversations(db);
    this.sessions = new VoiceSessions(db);
    this.participants = new Participants(db);
    this.speakers = new Speakers({
      db,
      clock: this.clock,
      forget: [forgetPerson, forgetSpeaker],
    });
    const { clock, speakers } = this;
    this.afterwork = new Afterwork({ db, clock, random: () => 1 });
    this.recollecting = {
      ...{
        memories: new Memories({ db, clock }),
        summaries: new Summaries({ db, clock }),
        speakers,
      },
    };
    this.turns = new Turns(db);
    this.messageLog = new MessageLog(db);
    this.ratings = new Ratings({ db, log: this.messageLog, clock });
    this.imageWork = new ImageWork({ db, clock });
    this.narratives = new Narratives(db);
    this.history = new ChatHistory(db);
    this.models = new OwnModels({
      db,
      sealer: new Sealer('a secret of the tests'),
      guard: new AddressGuard(['127.0.0.1']),
      privateHosts: ['127.0.0.1'],
      onUnreadable: (groupName) => this.unreadable.push(groupName),
    });
    this.keys = new Keys({ db, clock: this.clock, onWorkspaceMade: plantSeeds });
  }

  /** @returns the id of a new workspace with the seeded characters, and the ids of two of them */
  async workspace() {
    const id = await ensureWorkspace(this.database.db, `test ${randomUUID()}`, plantSeeds);
    const [first, second] = await this.characters.list(id);
    if (!first || !second) throw new Error('no characters were planted');
    return { workspaceId: id, characterId: first.id, otherCharacterId: second.id };
  }

  async conversation() {
    const workspace = await this.workspace();
    const { id } = await this.conversations.open({ ...workspace, endUserId: null });
    return { ...workspace, conversationId: id };
  }

  async session(changes: Partial<OpenVoiceSession> = {}) {
    const { workspaceId, conversationId } = await this.conversation();
    return this.sessions.open(aSession({ workspaceId, conversationId, ...changes }));
  }
}

export function aSession(
  of: Pick<OpenVoiceSession, 'workspaceId' | 'conversationId'> & Partial<OpenVoiceSession>,
): OpenVoiceSession {
  return {
    id: randomUUID(),
    roomName: `room-${randomUUID()}`,
    userIdentity: `user:${randomUUID()}`,
    settings: SessionSettings.parse({}),
    ...of,
  };
}

export function aTurn(changes: Partial<TurnRecord> = {}): TurnRecord {
  return {
    id: randomUUID(),
    origin: 'speech',
    userText: 'How high is the tower?',
    assistantText: 'Two hundred and four steps.',
    status: 'completed',
    stages: { llmFirstTokenMs: 151.5, speculative: true },
    startedAt: '2026-01-02T03:04:05.678Z',
    ...changes,
  };
}

/** What holds of storage, whichever database is below. @param open a database that nobody else uses */
export function storageContract(name: string, open: () => Promise<Database>): void {
  describe(`storage in ${name}`, () => {
    let storage: Storage | undefined;
    beforeAll(async () => {
      storage = new Storage(await open());
    });
    afterAll(async () => storage?.database.close());
    const opened = () => {
      if (!storage) throw new Error('the database is not open');
      return storage;
    };
    keysContract(opened);
    charactersContract(opened);
    conversationsContract(opened);
    voiceSessionsContract(opened);
    participantsContract(opened);
    speakersContract(opened);
    turnsContract(opened);
    writtenTurnsContract(opened);
    runningAnswersContract(opened);
    seedsContract(opened);
    messageLogContract(opened);
    imageWorkContract(opened);
    usageContract(opened);
    knowledgeContract(opened);
    memoriesContract(opened);
    afterworkContract(opened);
    mindsContract(opened);
    textContract(opened);
  });
}
