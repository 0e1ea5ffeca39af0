import * as z from 'zod';
import type { Operation } from '../../operation.ts';
import {
  CreateSection,
  CreateTrigger,
  EditSection,
  NameSection,
  NameTrigger,
  NarrativeOf,
  ToggleNarrative,
  UpdateTrigger,
  WireSection,
  WireTrigger,
} from './narrative.ts';

const Fault = z.object({ ERROR: z.string() });
const Done = z.object({ STATUS: z.literal('Successful') });
const DoneWith = Done.extend({ message: z.string() });

function operation(
  path: string,
  summary: string,
  request: z.ZodType,
  schema: z.ZodType,
): Operation {
  return {
    method: 'post',
    path: `/character/${path}`,
    tag: 'Narrative design',
    summary,
    needsKey: true,
    request,
    responses: {
      200: { description: 'Done.', schema },
      400: { description: 'A field is missing or not valid.', schema: Fault },
      401: { description: 'The API key is missing or wrong.', schema: Fault },
      404: { description: 'There is no such character, section or trigger.', schema: Fault },
      429: { description: 'Too many requests; see Retry-After.', schema: Fault },
    },
  };
}

/** narrative-design-api.md. */
export const narrativeOperations: Operation[] = [
  operation(
    'toggle-is-narrative-driven',
    'Whether the character tells its story.',
    ToggleNarrative,
    Done,
  ),
  operation(
    'narrative/create-section',
    'Adds a section to the story.',
    CreateSection,
    z.object({ section_id: z.string() }),
  ),
  operation(
    'narrative/edit-section',
    'Changes a section; decisions lead to others.',
    EditSection,
    z.object({
      status: z.literal('success'),
      section_id: z.string(),
      updated_data: z.looseObject({}),
    }),
  ),
  operation('narrative/get-section', 'One section.', NameSection, WireSection),
  operation(
    'narrative/list-sections',
    'All sections, oldest first.',
    NarrativeOf,
    z.array(WireSection),
  ),
  operation(
    'narrative/delete-section',
    'Deletes a section; nothing leads to it any more.',
    NameSection,
    Done,
  ),
  operation(
    'narrative/create-trigger',
    'Adds a trigger that trigger-message names.',
    CreateTrigger,
    WireTrigger,
  ),
  operation('narrative/update-trigger', 'Changes a trigger.', UpdateTrigger, DoneWith),
  operation('narrative/delete-trigger', 'Deletes a trigger.', NameTrigger, DoneWith),
  operation('narrative/get-trigger', 'One trigger.', NameTrigger, WireTrigger),
  operation(
    'narrative/list-triggers',
    'All triggers, oldest first.',
    NarrativeOf,
    z.array(WireTrigger),
  ),
];
