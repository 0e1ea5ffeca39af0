import * as z from 'zod';
import type { Affordances } from './responder/acting.ts';

/** The one function that the responder calls. */
export const actionToolName = 'emit_actions';

const names = z.looseObject({ enum: z.array(z.string()).max(1_000) });
const ActionTool = z.object({
  function: z.object({
    name: z.literal(actionToolName),
    parameters: z.object({
      properties: z.object({
        actions: z.object({
          items: z.object({ properties: z.object({ name: names, target: names.optional() }) }),
        }),
      }),
    }),
  }),
});

/** What the tools of a request let the responder do; undefined when it knows none of them. */
export function affordancesOf(tools: readonly unknown[]): Affordances | undefined {
  for (const tool of tools) {
    const read = ActionTool.safeParse(tool);
    if (!read.success) continue;
    const { name, target } = read.data.function.parameters.properties.actions.items.properties;
    return { actions: name.enum, targets: target?.enum ?? [] };
  }
  return undefined;
}
