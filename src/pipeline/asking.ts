import { actionTool } from '../prompt/action-tool.ts';
import { directions, type Directions } from '../prompt/directions.ts';
import { resultMessage } from '../prompt/tool-notes.ts';
import type { ToolCallRecord } from '../protocol/turn-record.ts';
import {
  ToolsUnfit,
  type ChatMessage,
  type Llm,
  type Tool,
  type ToolCall,
} from '../providers/llm/llm.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import { retryOnce } from '../providers/retry.ts';
import type { Stage } from '../script/stage.ts';
import type { Footing, ToolDesk } from './tool-desk.ts';

/** A piece of the model's text, or words of ours beside it. */
type Piece = string | { aside: string };

export type Asked = {
  text: AsyncGenerator<Piece, void>;
  /** What the character does; filled by the time that the text has ended. */
  calls: ToolCall[];
};

/** The functions that an answer may use, and what is said while they take their time. */
export type Means = { desk: ToolDesk; footing: Footing; filler: string };

/** Rounds of calls in one answer, before the model must speak. */
const mostRounds = 3;
const mostCallsPerRound = 8;
/** A quick look-up is not talked about. */
const fillerAfterMs = 1_000;

/**
 * Asks the model for an answer that may hold more than words. It acts by calling a function where the model takes
 * them and still speaks, else by marks in its text; a provider remembers which. With `means` it may call functions of
 * the world outside, and is asked again with what they returned.
 */
export function ask(
  llm: Llm,
  messages: ChatMessage[],
  stage: Stage,
  onRetry: (failure: ProviderFailed) => void,
  signal: AbortSignal,
  means?: Means,
): Asked {
  const acts: ToolCall[] = [];
  const offered = means?.desk.offered ?? [];
  const round = (dialogue: ChatMessage[], hear: (call: ToolCall) => void, isLast: boolean) =>
    retryOnce(() => speak({ llm, dialogue, stage, offered, isLast, hear, signal }), onRetry);
  if (!means || offered.length === 0)
    return { text: round(messages, (call) => void acts.push(call), false), calls: acts };

  async function* rounds({ desk, footing, filler }: Means): AsyncGenerator<Piece, void> {
    const names = new Set(offered.map(({ name }) => name));
    const used: ToolCallRecord[] = [];
    const dialogue = [...messages];
    let said = false;
    for (let number = 0; ; number++) {
      let spoken = '';
      const asked: ToolCall[] = [];
      const isLast = number === mostRounds;
      const hear = (call: ToolCall) => void (names.has(call.name) ? asked : acts).push(call);
      for await (const piece of round(dialogue, hear, isLast)) {
        // Two rounds are two sentences.
        if (said && spoken === '') yield ' ';
        spoken += piece;
        yield piece;
      }
      said ||= spoken.trim() !== '';
      desk.told(used);
      if (asked.length === 0 || isLast) return;
      const calls = withoutTwins(asked).slice(0, mostCallsPerRound);
      const working = Promise.all(calls.map((call) => desk.call(call, footing)));
      // Whoever is interrupted meanwhile does not come back for it.
      working.catch(() => undefined);
      if (!said) {
        const pause = desk.pause(fillerAfterMs, signal).then(() => 'slow' as const);
        if ((await Promise.race([working, pause])) === 'slow' && !signal.aborted) {
          said = true;
          yield { aside: filler };
        }
      }
      const records = await working;
      used.push(...records);
      dialogue.push(...toldOf(spoken, calls, records, number));
    }
  }
  return { text: rounds(means), calls: acts };
}

/** Whether the model is asked what the character feels. `nrclex` is Convai's name for a lexicon. */
export function isAsked({ emotion }: Pick<Stage, 'emotion'>): boolean {
  return emotion !== null && emotion.provider !== 'nrclex';
}

type Round = {
  llm: Llm;
  dialogue: ChatMessage[];
  stage: Stage;
  /** Functions of the world outside. */
  offered: Tool[];
  /** It has to speak now. */
  isLast: boolean;
  hear: (call: ToolCall) => void;
  signal: AbortSignal;
};

/** One question to the model: with all functions it may call, then with fewer, at last with none. */
async function* speak(round: Round): AsyncGenerator<string, void> {
  const { llm, dialogue, stage, offered, isLast, hear, signal } = round;
  const { actions } = stage;
  const directed = (form: Directions['form']) =>
    withDirections(dialogue, { actions, feels: isAsked(stage), form });
  const wordless = new Set(offered.map(({ name }) => name));
  const canAct = actions !== null && actions.actions.length > 0;
  const sets = [
    ...(canAct ? [{ form: 'calls' as const, tools: [actionTool(actions), ...offered] }] : []),
    ...(offered.length > 0 ? [{ form: 'marks' as const, tools: offered }] : []),
  ];
  for (const { form, tools } of sets) {
    try {
      yield* llm.stream(directed(form), {
        signal,
        tools: { offered: tools, wordless, mustSpeak: isLast, onCall: hear },
      });
      return;
    } catch (failure) {
      if (!(failure instanceof ToolsUnfit)) throw failure;
    }
  }
  yield* llm.stream(directed('marks'), { signal });
}

/** Some models write the same call twice. */
function withoutTwins(calls: ToolCall[]): ToolCall[] {
  const byText = new Map(calls.map((call) => [`${call.name} ${call.json}`, call]));
  return [...byText.values()];
}

/** What the model called and what came of it, in the form in which models know it. */
function toldOf(
  spoken: string,
  calls: ToolCall[],
  records: ToolCallRecord[],
  round: number,
): ChatMessage[] {
  const named = calls.map((call, at) => ({ ...call, id: `call_${round}_${at}` }));
  return [
    { role: 'assistant', content: spoken, toolCalls: named },
    ...records.map((record, at) => ({
      role: 'tool' as const,
      callId: `call_${round}_${at}`,
      content: resultMessage(record),
    })),
  ];
}

/** They end the system message: what stands last is followed best. */
export function withDirections(messages: ChatMessage[], given: Directions): ChatMessage[] {
  const text = directions(given);
  if (text === undefined) return messages;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ ...first, content: `${first.content}\n\n${text}` }, ...rest]
    : [{ role: 'system', content: text }, ...messages];
}
