import * as z from 'zod';
import { actionToolName } from '../prompt/action-tool.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import type { ToolCall } from '../providers/llm/llm.ts';
import { Affordances, mostActions } from '../script/affordances.ts';
import type { Stage } from '../script/stage.ts';
import type { Log } from '../telemetry/log.ts';

/** What models send to `emit_actions`: the schema they were given, or a list alone, or names alone. */
const Step = z.union([
  z.string(),
  z.object({ name: z.string(), target: z.string().nullish() }).transform(({ name, target }) => ({
    name,
    target: target ?? undefined,
  })),
]);
const Steps = z.union([
  z.object({ actions: z.array(Step) }).transform(({ actions }) => actions),
  z.array(Step),
]);
type Step = z.infer<typeof Step>;

/**
 * What the character does in a turn: the steps that the model took, less those that its contract does not have.
 * Calls count before marks, for a model that writes both means the same twice.
 */
export function planOf(
  marks: readonly string[],
  calls: readonly ToolCall[],
  { actions: config, speakerName }: Stage,
  log: Log,
): PerformedAction[] {
  const called = stepsOf(calls, log);
  const steps = called.length > 0 ? called : marks;
  if (steps.length === 0) return [];
  const affordances = config ? new Affordances(config, speakerName) : undefined;
  const actions: PerformedAction[] = [];
  const refused: string[] = [];
  for (const step of steps) {
    const read = affordances?.readStep(step) ?? { actions: [], refused: [nameOf(step)] };
    actions.push(...read.actions);
    refused.push(...read.refused);
  }
  if (refused.length > 0) {
    log.warn(
      { refused: refused.length, private: { refused: refused.slice(0, mostActions) } },
      'actions that are not in the action_config were dropped',
    );
  }
  return actions.slice(0, mostActions);
}

function stepsOf(calls: readonly ToolCall[], log: Log): Step[] {
  return calls.flatMap(({ name, json }) => {
    const steps = name === actionToolName ? Steps.safeParse(parsedJson(json)) : undefined;
    if (steps?.success) return steps.data;
    log.warn({ private: { name, json: json.slice(0, 500) } }, 'a call of the model was dropped');
    return [];
  });
}

const nameOf = (step: Step) => (typeof step === 'string' ? step : step.name);
