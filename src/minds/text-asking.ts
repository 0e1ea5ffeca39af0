import { withDirections } from '../pipeline/asking.ts';
import { planOf } from '../pipeline/plan.ts';
import { actionTool, actionToolName } from '../prompt/action-tool.ts';
import type { PromptMessage } from '../prompt/prompt.ts';
import type { ActionConfig } from '../protocol/action-config.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import {
  ToolsUnfit,
  type Llm,
  type LlmEnd,
  type LlmOptions,
  type ToolCall,
} from '../providers/llm/llm.ts';
import type { TurnWork } from '../providers/turn-work.ts';
import { bareStage } from '../script/stage.ts';
import type { Log } from '../telemetry/log.ts';
import type { TextRequest } from './text-request.ts';

/** How the model's answer ends; known when it has. @property acts calls by which the character acts */
type Ending = { finishReason: string; calls: ToolCall[]; acts: ToolCall[] };
export type Answering = { work: TurnWork; ending: Ending; signal: AbortSignal };

export const newEnding = (): Ending => ({ finishReason: 'stop', calls: [], acts: [] });

/** What the model is asked with; how its answer ends is noted in `ending` and `work`. */
export function optionsOf(request: TextRequest, { work, ending, signal }: Answering): LlmOptions {
  const { sampling, tools, actions, countTokens = false } = request;
  const outside = tools?.offered ?? [];
  return {
    ...sampling,
    ...(countTokens && { countTokens }),
    ...((tools ?? actions) && {
      tools: {
        ...tools,
        offered: actions ? [actionTool(actions), ...outside] : outside,
        wordless: new Set(outside.map(({ name }) => name)),
        onCall: (call) => {
          const isAct = actions !== undefined && call.name === actionToolName;
          (isAct ? ending.acts : ending.calls).push(call);
        },
      },
    }),
    onEnd: ({ finishReason, tokens }: LlmEnd) => {
      ending.finishReason = finishReason ?? 'stop';
      work.counted(tokens);
    },
    signal,
  };
}

/** The model with its functions; without them where it takes none, and then it acts by marks in its text. */
export async function* askedWith(
  llm: Llm,
  messages: PromptMessage[],
  options: LlmOptions,
  actions: ActionConfig | null = null,
): AsyncGenerator<string, void> {
  const directed = (form: 'calls' | 'marks') =>
    withDirections(messages, { actions, feels: false, form });
  try {
    yield* llm.stream(directed('calls'), options);
  } catch (failure) {
    if (!(failure instanceof ToolsUnfit)) throw failure;
    yield* llm.stream(directed('marks'), { ...options, tools: undefined });
  }
}

/** What the character does, of what it may. @param steps that it wrote as marks */
export function actsOf(
  { actions, speaker }: TextRequest,
  steps: readonly string[],
  { acts }: Ending,
  log: Log,
): PerformedAction[] {
  if (!actions) return [];
  const speakerName = speaker?.speakerName ?? undefined;
  return planOf(steps, acts, { ...bareStage, actions, speakerName }, log);
}
