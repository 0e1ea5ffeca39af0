import { actionTool } from '../prompt/action-tool.ts';
import { directions, type Directions } from '../prompt/directions.ts';
import { ToolsUnfit, type ChatMessage, type Llm, type ToolCall } from '../providers/llm/llm.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stage } from '../script/stage.ts';
import { retryOnce } from '../providers/retry.ts';

export type Asked = {
  text: AsyncGenerator<string, void>;
  /** Filled by the time that the text has ended. */
  calls: ToolCall[];
};

/**
 * Asks the model for an answer that may hold more than words. It acts by calling a function where the model takes
 * them and still speaks, else by marks in its text; a provider remembers which.
 */
export function ask(
  llm: Llm,
  messages: ChatMessage[],
  stage: Stage,
  onRetry: (failure: ProviderFailed) => void,
  signal: AbortSignal,
): Asked {
  const calls: ToolCall[] = [];
  const { actions } = stage;
  const directed = (form: Directions['form']) =>
    withDirections(messages, { actions, feels: isAsked(stage), form });
  async function* once(): AsyncGenerator<string, void> {
    if (actions && actions.actions.length > 0) {
      const tools = {
        offered: [actionTool(actions)],
        onCall: (call: ToolCall) => void calls.push(call),
      };
      try {
        yield* llm.stream(directed('calls'), { signal, tools });
        return;
      } catch (failure) {
        if (!(failure instanceof ToolsUnfit)) throw failure;
      }
    }
    yield* llm.stream(directed('marks'), { signal });
  }
  return { text: retryOnce(once, onRetry), calls };
}

/** Whether the model is asked what the character feels. `nrclex` is Convai's name for a lexicon. */
export function isAsked({ emotion }: Pick<Stage, 'emotion'>): boolean {
  return emotion !== null && emotion.provider !== 'nrclex';
}

/** They end the system message: what stands last is followed best. */
function withDirections(messages: ChatMessage[], given: Directions): ChatMessage[] {
  const text = directions(given);
  if (text === undefined) return messages;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ ...first, content: `${first.content}\n\n${text}` }, ...rest]
    : [{ role: 'system', content: text }, ...messages];
}
