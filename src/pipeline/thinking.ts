import type { Look } from '../frames/picture.ts';
import type { Clock } from '../lifetime/clock.ts';
import { filler } from '../prompt/filler.ts';
import { insistence } from '../prompt/occasion.ts';
import type { PromptMessage } from '../prompt/prompt.ts';
import { estimateTokens } from '../prompt/tokens.ts';
import type { Material } from '../protocol/material.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { ChatMessage, Llm } from '../providers/llm/llm.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stage } from '../script/stage.ts';
import type { Log } from '../telemetry/log.ts';
import { ask } from './asking.ts';
import type { AnswerSource, ExchangeStart } from './exchange.ts';
import { perform } from './performance.ts';
import { recallInTime, type Recollect } from './recalling.ts';
import { seeing } from './seeing.ts';
import type { ToolDesk } from './tool-desk.ts';

/** What is asked of the model. */
export type AnswerRequest = Pick<
  ExchangeStart,
  'userText' | 'speaker' | 'heardBefore' | 'occasion'
> & {
  /** What was found for it, best first. */
  material?: readonly Material[];
};

export type ThinkingDeps = {
  clock: Clock;
  log: Log;
  llm: Llm;
  /**
   * The messages for an answer. `heardBefore`: what was heard of one that a failure broke off; `occasion`: what is spoken
   * about where there is no `userText`.
   */
  prompt: (history: TurnRecord[], request: AnswerRequest) => PromptMessage[];
  /** Looks up what is said; undefined where there is never anything to look into. */
  recollect?: Recollect;
  /** Whether there is anything to look into, now; absent: yes. */
  recalls?: () => boolean;
  /** What is seen at the moment of an answer to this one; absent where nobody asked to be seen. */
  look?: (speaker: Participant | undefined) => Look | undefined;
  /** What an answer may hold besides words, as it is now. */
  stage: () => Stage;
  /** What the character may ask of the world outside. */
  desk?: ToolDesk;
  speaker: { language: string };
  onRetry: (failure: ProviderFailed) => void;
};

/**
 * The model's answer to what began the exchange. Where something may be recalled, that is looked for first: the search
 * begins with the exchange, on a guess too, and ends with it.
 */
export function thinking(
  request: AnswerRequest,
  history: TurnRecord[],
  deps: ThinkingDeps,
): AnswerSource {
  const { recollect, recalls, clock, log } = deps;
  const { userText, speaker } = request;
  if (!recollect || userText === null || recalls?.() === false)
    return answering(request, history, deps);
  const before = [...history];
  return (work, keep) =>
    async function* (signal, released) {
      const recalled = await recallInTime(
        recollect,
        { text: userText, speaker },
        { clock, log, signal },
      );
      work.recalled(recalled);
      const known = { ...request, material: recalled.material };
      yield* answering(known, before, deps)(work, keep)(signal, released);
    };
}

function answering(
  request: AnswerRequest,
  history: TurnRecord[],
  { prompt, look, stage, llm: usual, log, desk, speaker, onRetry }: ThinkingDeps,
): AnswerSource {
  const seen = look?.(request.speaker);
  const llm = seen ? seeing(usual, seen) : usual;
  const messages = prompt(history, request);
  const speakerName = request.speaker?.speakerName;
  // Of several people in a room, "me" is the one who is answered.
  const now = speakerName ? { ...stage(), speakerName } : stage();
  return (work, keep) => (signal, released) => {
    const counted: Llm = {
      stream: (asked, options) =>
        work.thinking(llm.stream(asked, options), tokensOf(asked) + (seen?.imageTokens ?? 0)),
    };
    const footing = { released, keep, calls: work.toolCalls, signal };
    const means = desk && { desk, footing, filler: filler(speaker.language) };
    const asked = (more: PromptMessage[] = []) =>
      ask(counted, [...messages, ...more], now, onRetry, signal, means);
    const again = () => asked([{ role: 'user', content: insistence }]);
    const mustSpeak = request.occasion?.mayAbstain === false;
    return perform({ ...asked(), ...(mustSpeak && { again }) }, now, log);
  };
}

const tokensOf = (messages: ChatMessage[]) =>
  messages.reduce((tokens, { content }) => tokens + estimateTokens(content), 0);
