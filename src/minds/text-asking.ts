import type { PromptMessage } from '../prompt/prompt.ts';
import {
  ToolsUnfit,
  type Llm,
  type LlmEnd,
  type LlmOptions,
  type ToolCall,
} from '../providers/llm/llm.ts';
import type { TurnWork } from '../providers/turn-work.ts';
import type { TextRequest } from './text-request.ts';

/** How the model's answer ends; known when it has. */
export type Ending = { finishReason: string; calls: ToolCall[] };
export type Answering = { work: TurnWork; ending: Ending; signal: AbortSignal };

/** What the model is asked with; how its answer ends is noted in `ending` and `work`. */
export function optionsOf(request: TextRequest, { work, ending, signal }: Answering): LlmOptions {
  const { sampling, tools, countTokens = false } = request;
  return {
    ...sampling,
    ...(countTokens && { countTokens }),
    ...(tools && {
      tools: {
        ...tools,
        wordless: new Set(tools.offered.map(({ name }) => name)),
        onCall: (call) => ending.calls.push(call),
      },
    }),
    onEnd: ({ finishReason, tokens }: LlmEnd) => {
      ending.finishReason = finishReason ?? 'stop';
      work.counted(tokens);
    },
    signal,
  };
}

/** The model with its functions; without them where it takes none. */
export async function* askedWith(
  llm: Llm,
  messages: PromptMessage[],
  options: LlmOptions,
): AsyncGenerator<string, void> {
  try {
    yield* llm.stream(messages, options);
  } catch (failure) {
    if (!(failure instanceof ToolsUnfit)) throw failure;
    yield* llm.stream(messages, { ...options, tools: undefined });
  }
}
