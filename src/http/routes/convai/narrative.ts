import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import type { StoredSection, StoredTrigger } from '../../../narratives/narrative-fields.ts';
import type { Narratives } from '../../../narratives/narratives.ts';
import { laxBoolean } from '../../../protocol/lax.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { CraftingRefused } from './crafting-dialect.ts';

const characterId = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);
const of = { character_id: characterId };
const sectionId = z.string().trim().min(1).max(100);
/** Null and an empty text mean: nowhere. */
const destination = sectionId.or(z.literal('')).nullish();

export const ToggleNarrative = z.object({ ...of, is_narrative_driven: laxBoolean });
export const NarrativeOf = z.object(of);
export const CreateSection = z.object({
  ...of,
  section_name: z.string(),
  objective: z.string().optional(),
  behavior_tree_code: z.string().optional(),
  bt_constants: z.string().optional(),
});
const SectionUpdate = z.object({
  section_name: z.string().optional(),
  objective: z.string().optional(),
  decisions: z.array(z.object({ criteria: z.string(), next_section_id: z.string() })).nullish(),
  behavior_tree_code: z.string().optional(),
  bt_constants: z.string().optional(),
});
/** The page's table says `updated_character_data`, its examples `updated_data`. */
export const EditSection = z.object({
  ...of,
  section_id: sectionId,
  updated_data: SectionUpdate.optional(),
  updated_character_data: SectionUpdate.optional(),
});
export const NameSection = z.object({ ...of, section_id: sectionId });
/** The page's table spells it `desgination_section`, its examples `destination_section`. */
export const CreateTrigger = z.object({
  ...of,
  trigger_name: z.string(),
  trigger_message: z.string().optional(),
  destination_section: destination,
  desgination_section: destination,
});
export const UpdateTrigger = z.object({
  ...of,
  trigger_id: sectionId,
  updated_data: z.object({
    trigger_name: z.string().optional(),
    trigger_message: z.string().optional(),
    destination_section: destination,
  }),
});
export const NameTrigger = z.object({ ...of, trigger_id: sectionId });

export const WireSection = z.object({
  character_id: z.string(),
  section_id: z.string(),
  objective: z.string(),
  decisions: z.array(z.object({ criteria: z.string(), next_section_id: z.string() })).nullable(),
  parents: z.null(),
  updated_character_data: z.object({}),
  bt_constants: z.string(),
  behavior_tree_code: z.string(),
  section_name: z.string(),
  triggers: z.null(),
  node_position: z.array(z.number()),
});
export const WireTrigger = z.object({
  character_id: z.string(),
  trigger_id: z.string(),
  trigger_name: z.string(),
  trigger_message: z.string(),
  destination_section: z.string().nullable(),
  node_position: z.array(z.number()),
});

export type NarrativeRouteDeps = { characters: Characters; narratives: Narratives };

/** narrative-design-api.md. */
export function narrativeRoutes(deps: NarrativeRouteDeps, guards: RequestHandler[]): Router {
  const { characters, narratives } = deps;
  const router = Router();
  const read = async <S extends z.ZodType<{ character_id: string }>>(schema: S, req: Request) => {
    const body = parseBody(schema, req);
    const { workspaceId } = callerOf(req);
    const character = await characters.get(workspaceId, body.character_id);
    if (!character)
      throw new CraftingRefused(404, 'character_not_found', {
        ERROR: 'There is no such character.',
      });
    return { body, of: { workspaceId, characterId: character.id } };
  };
  const path = '/character/narrative';

  router.post('/character/toggle-is-narrative-driven', ...guards, async (req, res) => {
    const { body, of } = await read(ToggleNarrative, req);
    await narratives.setDriven(of, body.is_narrative_driven);
    res.json({ STATUS: 'Successful' });
  });

  router.post(`${path}/create-section`, ...guards, async (req, res) => {
    const { body, of } = await read(CreateSection, req);
    const { id } = await narratives.createSection(of, {
      name: body.section_name,
      objective: body.objective,
      behaviorTreeCode: body.behavior_tree_code,
      btConstants: body.bt_constants,
    });
    res.json({ section_id: id });
  });

  router.post(`${path}/edit-section`, ...guards, async (req, res) => {
    const { body, of } = await read(EditSection, req);
    const sent = body.updated_data ?? body.updated_character_data ?? {};
    await narratives.editSection(of, body.section_id, {
      ...(sent.section_name !== undefined && { name: sent.section_name }),
      ...(sent.objective !== undefined && { objective: sent.objective }),
      ...(sent.decisions !== undefined && { decisions: (sent.decisions ?? []).map(decision) }),
      ...(sent.behavior_tree_code !== undefined && { behaviorTreeCode: sent.behavior_tree_code }),
      ...(sent.bt_constants !== undefined && { btConstants: sent.bt_constants }),
    });
    res.json({ status: 'success', section_id: body.section_id, updated_data: sent });
  });

  router.post(`${path}/get-section`, ...guards, async (req, res) => {
    const { body, of } = await read(NameSection, req);
    res.json(wireSection(of.characterId, await narratives.section(of, body.section_id)));
  });

  router.post(`${path}/list-sections`, ...guards, async (req, res) => {
    const { of } = await read(NarrativeOf, req);
    const sections = await narratives.sections(of);
    res.json(sections.map((section) => wireSection(of.characterId, section)));
  });

  router.post(`${path}/delete-section`, ...guards, async (req, res) => {
    const { body, of } = await read(NameSection, req);
    await narratives.deleteSection(of, body.section_id);
    res.json({ STATUS: 'Successful' });
  });

  router.post(`${path}/create-trigger`, ...guards, async (req, res) => {
    const { body, of } = await read(CreateTrigger, req);
    const made = await narratives.createTrigger(of, {
      name: body.trigger_name,
      message: body.trigger_message,
      destinationSectionId: (body.destination_section ?? body.desgination_section) || null,
    });
    res.json(wireTrigger(of.characterId, made));
  });

  router.post(`${path}/update-trigger`, ...guards, async (req, res) => {
    const { body, of } = await read(UpdateTrigger, req);
    const { trigger_name: name, trigger_message: message, ...sent } = body.updated_data;
    await narratives.updateTrigger(of, body.trigger_id, {
      ...(name !== undefined && { name }),
      ...(message !== undefined && { message }),
      ...(sent.destination_section !== undefined && {
        destinationSectionId: sent.destination_section || null,
      }),
    });
    res.json({ STATUS: 'Successful', message: 'Trigger updated successfully' });
  });

  router.post(`${path}/delete-trigger`, ...guards, async (req, res) => {
    const { body, of } = await read(NameTrigger, req);
    await narratives.deleteTrigger(of, body.trigger_id);
    res.json({ STATUS: 'Successful', message: 'Trigger deleted successfully' });
  });

  router.post(`${path}/get-trigger`, ...guards, async (req, res) => {
    const { body, of } = await read(NameTrigger, req);
    res.json(wireTrigger(of.characterId, await narratives.trigger(of, body.trigger_id)));
  });

  router.post(`${path}/list-triggers`, ...guards, async (req, res) => {
    const { of } = await read(NarrativeOf, req);
    const triggers = await narratives.triggers(of);
    res.json(triggers.map((trigger) => wireTrigger(of.characterId, trigger)));
  });
  return router;
}

const decision = ({
  criteria,
  next_section_id,
}: {
  criteria: string;
  next_section_id: string;
}) => ({
  criteria,
  nextSectionId: next_section_id,
});

function wireSection(id: string, section: StoredSection): z.infer<typeof WireSection> {
  const decisions = section.decisions.map(({ criteria, nextSectionId }) => ({
    criteria,
    next_section_id: nextSectionId,
  }));
  return {
    character_id: id,
    section_id: section.id,
    objective: section.objective,
    decisions: decisions.length === 0 ? null : decisions,
    parents: null,
    updated_character_data: {},
    bt_constants: section.btConstants,
    behavior_tree_code: section.behaviorTreeCode,
    section_name: section.name,
    triggers: null,
    node_position: [],
  };
}

function wireTrigger(id: string, trigger: StoredTrigger): z.infer<typeof WireTrigger> {
  return {
    character_id: id,
    trigger_id: trigger.id,
    trigger_name: trigger.name,
    trigger_message: trigger.message,
    destination_section: trigger.destinationSectionId,
    node_position: [],
  };
}
