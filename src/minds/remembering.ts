import type { Characters } from '../characters/characters.ts';
import type { Participants } from '../chats/participants.ts';
import type { Turns } from '../chats/turns.ts';
import type { VoiceSessions } from '../chats/voice-sessions.ts';
import type { Db } from '../db/db.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { Afterwork } from '../memory/afterwork.ts';
import { Memories } from '../memory/memories.ts';
import type { Person } from '../memory/memory.ts';
import { Summaries } from '../memory/summaries.ts';
import type { OwnModels } from '../models/own-models.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import type { Providers } from '../providers/open-providers.ts';
import type { Speakers } from '../speakers/speakers.ts';
import type { Log } from '../telemetry/log.ts';
import { AfterworkDesk } from './afterwork-desk.ts';
import { Afterworker } from './afterworker.ts';
import { drawFacts } from './draw-facts.ts';
import { tellFacts, tellingForgotten, type FactNewsDeps } from './fact-news.ts';
import type { RecollectingDeps } from './recollecting.ts';
import { summarise } from './summarise.ts';

export type RememberingDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  providers: Providers;
  characters: Characters;
  models: OwnModels;
  turns: Turns;
  sessions: VoiceSessions;
  participants: Participants;
  speakers: Speakers;
  /** The only server of its database: what another one left is its own to go on with. */
  isAlone: boolean;
  /** Of prompts, for persona and conversation. */
  budgetTokens: number;
};

type Newer = { sessionId: string; characterSessionId: string; summary: Summary };

/** How characters come to remember: what conversations leave to be done, and who does it. */
export class Remembering implements Closable {
  readonly recollecting: RecollectingDeps;
  readonly desk: AfterworkDesk;
  /** Hears of summaries that a running session should know of. */
  onSummary: (newer: Newer) => void = () => undefined;
  /** Hears of facts that a running session should know of. */
  onFacts: (news: FactNews & { sessionId: string }) => void = () => undefined;
  readonly #afterwork: Afterwork;
  #worker: Afterworker | undefined;

  constructor(private readonly deps: RememberingDeps) {
    const { db, clock, turns, speakers, log } = deps;
    const onChanged = (person: Person) => {
      this.#tellFacts(person);
    };
    const memories = new Memories({ db, clock, onChanged });
    this.recollecting = { memories, summaries: new Summaries({ db, clock }), speakers };
    this.#afterwork = new Afterwork({ db, clock, random: Math.random });
    this.desk = new AfterworkDesk({
      ...{ afterwork: this.#afterwork, turns, clock },
      wake: () => this.#worker?.wake(),
      onFailed: (err) => {
        log.error({ err }, 'the length of a conversation could not be told');
      },
    });
  }

  /** From now on, what is to be done is done, and what was broken off before. */
  async start(): Promise<void> {
    const { deps, recollecting, desk } = this;
    const afterwork = this.#afterwork;
    if (deps.isAlone) await afterwork.takeUp();
    const onSummary = (newer: Newer) => {
      this.onSummary(newer);
    };
    const onFacts = (person: Person) => {
      this.#tellFacts(person);
    };
    this.#worker ??= new Afterworker({
      ...{ afterwork, clock: deps.clock, log: deps.log },
      isBusy: () => desk.isBusy(),
      work: (task, signal) => {
        const all = { ...deps, ...recollecting, afterwork, onSummary, onFacts };
        return task.kind === 'facts' ? drawFacts(task, all, signal) : summarise(task, all, signal);
      },
    });
  }

  /** For `Speakers`: what tells running sessions that somebody is forgotten. */
  forgetting(workspaceId: string, ids: string[]): Promise<() => void> {
    return tellingForgotten(workspaceId, ids, this.#news());
  }

  #tellFacts(person: Person): void {
    tellFacts(person, this.#news()).catch((err: unknown) => {
      this.deps.log.error({ err }, 'sessions were not told what is remembered now');
    });
  }

  #news(): FactNewsDeps {
    return {
      ...this.deps,
      ...this.recollecting,
      tell: (news) => {
        this.onFacts(news);
      },
      tellSummary: (newer) => {
        this.onSummary(newer);
      },
    };
  }

  async close(): Promise<void> {
    await this.#worker?.close();
  }
}
