import type { Clock } from '../lifetime/clock.ts';
import type { OwnModels } from '../models/own-models.ts';
import { buildPrompt } from '../prompt/prompt.ts';
import type { Told } from '../prompt/told.ts';
import { estimateTokens } from '../prompt/tokens.ts';
import { mostQueryChars, type Material } from '../protocol/material.ts';
import { endOf } from '../protocol/plain-text.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Providers } from '../providers/open-providers.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import { retryOnce } from '../providers/retry.ts';
import type { TurnWork } from '../providers/turn-work.ts';
import type { Log } from '../telemetry/log.ts';
import type { Recall } from './recall.ts';
import { recollect, type RecollectingDeps } from './recollecting.ts';
import { askedWith, optionsOf, type Answering } from './text-asking.ts';
import type { TextRequest } from './text-request.ts';

export type TextMindDeps = {
  models: Pick<OwnModels, 'settings'>;
  providers: Providers;
  /** Undefined: nothing is ever recalled. */
  recall?: Pick<Recall, 'hasAny' | 'find'>;
  clock: Clock;
  log: Log;
  /** What characters remember; absent: nothing. */
  recollecting?: RecollectingDeps;
};

/** What is answered, on which past. */
export type TextQuestion = Pick<TextRequest, 'words' | 'occasion'> & { history: TurnRecord[] };

const nothingTold: Told = { staticText: '', updates: [], scene: [], events: [], templateKeys: {} };

/** What a character has in mind when it answers in writing: persona, past, documents and memory; and its model. */
export class TextMind {
  constructor(private readonly deps: TextMindDeps) {}

  /** The model's answer, asked a second time when it failed before its first word. */
  async answer(
    request: TextRequest,
    { words, history, occasion }: TextQuestion,
    { work, ending, signal }: Answering,
  ): Promise<AsyncGenerator<string, void>> {
    const { workspaceId, character, speaker, told, toolNotes } = request;
    const { models, providers, clock, log } = this.deps;
    const material = words === null ? undefined : await this.#recall(request, words, work);
    const ownLlm = await models.settings(workspaceId, character.model);
    const { llm } = inCharacter(providers, character, ownLlm, { clock });
    const remembered = await this.#remembered(request);
    const messages = buildPrompt({
      character,
      told: { ...nothingTold, ...told },
      history,
      remembered,
      userText: words,
      ...(speaker && { speaker }),
      ...(occasion && { occasion }),
      ...(material && { material }),
      ...(toolNotes && { toolNotes }),
      inWriting: true,
    });
    const promptTokens = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
    const options = optionsOf(request, { work, ending, signal });
    const once = () => {
      ending.calls.length = ending.acts.length = 0;
      return askedWith(llm, messages, options, request.actions);
    };
    const onRetry = (err: ProviderFailed) => {
      log.warn({ err }, 'an answer in writing is asked for again');
    };
    return work.thinking(retryOnce(once, onRetry), promptTokens);
  }

  /** What documents and memory have about the words. A reader waits for it like for the model. */
  async #recall(
    { workspaceId, character, conversationId, speaker }: TextRequest,
    words: string,
    work: TurnWork,
  ): Promise<Material[] | undefined> {
    const { recall, clock } = this.deps;
    const speakerId = speaker?.speakerId ?? null;
    const scope = {
      workspaceId,
      characterId: character.id,
      conversationId: conversationId ?? '',
      endUserId: speakerId,
      remembers: conversationId !== null,
    };
    if (!recall || !(await recall.hasAny(scope))) return undefined;
    const startedMs = clock.nowMs();
    const query = { text: endOf(words, mostQueryChars), speakerId };
    const material = await recall.find(scope, query);
    work.recalled({ material, ms: Math.round(clock.nowMs() - startedMs), late: false });
    return material;
  }

  /** What the character has of the past, for this writer; nothing where nothing is kept. */
  async #remembered({ workspaceId, character, conversationId, speaker }: TextRequest) {
    const { recollecting } = this.deps;
    if (!recollecting || conversationId === null) return { facts: [], summary: '' };
    const of = { workspaceId, conversationId, character };
    const ids = speaker?.speakerId == null ? [] : [speaker.speakerId];
    const { people, summary } = await recollect(of, ids, recollecting);
    return { facts: people[0]?.facts ?? [], summary: summary?.text ?? '' };
  }
}
