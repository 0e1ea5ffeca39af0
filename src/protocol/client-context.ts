import * as z from 'zod';
import { ActionConfig } from './action-config.ts';
import { RespondLane, RespondMode } from './vision-config.ts';

/**
 * What a client changed of its session since `/connect`: kept by the server, so that another agent process that takes
 * the session over knows it. Null means "as at connect". Its JSON stays below half a megabyte: scene, template keys and
 * action contract come in data packets of 64,000 bytes, and runtime texts have their token budget.
 */
export const ClientContext = z.object({
  /** Counts the changes of `context-update`. */
  revision: z.int(),
  /** A reset took back what came with `/connect`, too. */
  staticRemoved: z.boolean(),
  /** Runtime texts, oldest first. */
  updates: z.array(z.string()),
  /** What triggers reported, oldest first. */
  events: z.array(z.string()),
  scene: z.array(z.object({ name: z.string(), description: z.string() })).nullable(),
  templateKeys: z.record(z.string(), z.string()).nullable(),
  actionConfig: ActionConfig.nullable(),
  /** Which inputs make the character speak, as far as that was changed. */
  respondModes: z.partialRecord(RespondLane, RespondMode).default({}),
  /** `tts-toggle`. */
  speaking: z.boolean().nullable(),
  /** `stt-toggle`. */
  hearing: z.boolean().nullable(),
  /** Whose microphone `stt-toggle` switched off, by identity, in a room of several people. */
  muted: z.array(z.string()).default([]),
  /** How often another process had to take the session over. */
  takeOvers: z.int().min(0).default(0),
  /** Where stories stand: sections, by the conversation (`character_session_id`) that they are told in. */
  story: z.record(z.string(), z.string()).default({}),
  /** `update_id`s that were applied, oldest first: a repeated one changes nothing. */
  appliedIds: z.array(z.string()),
});
export type ClientContext = z.infer<typeof ClientContext>;

export const untouchedContext: ClientContext = {
  revision: 0,
  staticRemoved: false,
  updates: [],
  events: [],
  scene: null,
  templateKeys: null,
  actionConfig: null,
  respondModes: {},
  speaking: null,
  hearing: null,
  muted: [],
  takeOvers: 0,
  story: {},
  appliedIds: [],
};
