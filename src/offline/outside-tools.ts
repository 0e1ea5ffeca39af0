import * as z from 'zod';
import { actionToolName } from './action-tool.ts';
import type { Callable } from './responder/calling.ts';

const OutsideTool = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().default(''),
    parameters: z
      .object({
        properties: z
          .record(z.string(), z.looseObject({ type: z.unknown().optional() }))
          .default({}),
        required: z.array(z.string()).default([]),
      })
      .default({ properties: {}, required: [] }),
  }),
});

/** The tools of a request besides the one for acting, as far as the responder understands them. */
export function callablesOf(tools: readonly unknown[]): Callable[] {
  return tools.flatMap((tool): Callable[] => {
    const read = OutsideTool.safeParse(tool);
    if (!read.success || read.data.function.name === actionToolName) return [];
    const { name, description, parameters } = read.data.function;
    const { properties, required } = parameters;
    const all = Object.entries(properties).map(([parameter, { type }]) => ({
      name: parameter,
      isText: type === 'string',
      isRequired: required.includes(parameter),
    }));
    return [{ name, description, parameters: all }];
  });
}
