import type { ActionConfig } from '../protocol/action-config.ts';

/** The name that Convai's pages reserve for it; written out as text it is control syntax, not speech. */
export const actionToolName = 'emit_actions';

/** The function by which a model acts: its schema knows the very names of the contract, and no others. */
export function actionTool({ actions, objects, characters }: ActionConfig) {
  const targets = [...new Set([...objects, ...characters].map(({ name }) => name))];
  return {
    name: actionToolName,
    description: 'Acts in the world: the complete, ordered steps of what the user asked for.',
    parameters: {
      type: 'object',
      properties: {
        actions: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: { type: 'string', enum: [...new Set(actions)] },
              ...(targets.length > 0 && { target: { type: 'string', enum: targets } }),
            },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
      required: ['actions'],
      additionalProperties: false,
    },
  };
}
