import { Router, type Request, type RequestHandler, type Response } from 'express';
import * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import type { CharacterLink } from '../../../characters/character-link.ts';
import { CharacterChanged } from '../../../characters/character-refusals.ts';
import type { CharacterRecord } from '../../../characters/character-record.ts';
import type { Cloning } from '../../../minds/cloning.ts';
import type { OwnModels } from '../../../models/own-models.ts';
import type { Narratives } from '../../../narratives/narratives.ts';
import {
  CloneCharacter,
  CreateCharacter,
  FindCharacter,
  NameCharacter,
  UpdateCharacter,
  type ConvaiCharacterFields,
} from '../../../protocol/convai-character.ts';
import { autoEffort, reasoningLevels } from '../../../providers/llm/reasoning.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { contextOf } from '../../request-context.ts';
import { fromConvai, toConvai } from './character-wire.ts';
import { CraftingRefused, missingKeyIs400, orRefuse } from './crafting-dialect.ts';

export type CharacterRouteDeps = {
  characters: Characters;
  cloning: Pick<Cloning, 'clone'>;
  links: CharacterLink[];
  narratives: Pick<Narratives, 'outlines'>;
  models: Pick<OwnModels, 'list'>;
  /** What answers and speaks for characters that name no model and no voice. */
  usualModel: string;
  usualVoice: string;
};

/** Documented fields that nouns of their own take care of. */
const linkFields = ['docs', 'functions'];

const invalidDraft = {
  INTERNAL_ERROR:
    'Error in creating the character. Check if all the input data is valid. Contact support for more info.',
};
const notUpdated = { ERROR: 'Could not update all_characters table.' };
const unknownForUpdate = () =>
  new CraftingRefused(400, 'character_not_found', {
    ERROR: 'Could not fetch character details from all_characters table.',
  });
const unknownForGet = () =>
  new CraftingRefused(400, 'character_not_found', {
    ERROR: 'INTERNAL SERVER ERROR, one or more database calls failed!',
  });

/** @param guards what a request passes first: its key, its rate, its body */
export function characterRoutes(deps: CharacterRouteDeps, guards: RequestHandler[]): Router {
  const { characters } = deps;
  const router = Router();
  const wired = async (workspaceId: string, records: CharacterRecord[]) => {
    const ids = records.map(({ character }) => character.id);
    const outlines = await deps.narratives.outlines(workspaceId, ids);
    const { usualModel, usualVoice } = deps;
    return records.map((record) => {
      const outline = outlines.get(record.character.id);
      return toConvai(record, { workspaceId, usualModel, usualVoice, outline });
    });
  };

  router.post('/character/create', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const made = await orRefuse(invalidDraft, async () => {
      const sent = parseBody(CreateCharacter, req);
      await refuseEffort(sent, deps.usualModel, workspaceId, deps);
      return characters.create(workspaceId, { ...fromConvai(sent), name: sent.charName });
    });
    tag(res, made.version);
    res.status(201).json({ charID: made.character.id });
  });

  router.post('/character/update', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const updated = await orRefuse(notUpdated, async () => {
      const sent = parseBody(UpdateCharacter, req);
      const current = await characters.read(workspaceId, sent.charID);
      if (!current) throw unknownForUpdate();
      const model = current.character.model ?? deps.usualModel;
      await refuseEffort(sent, model, workspaceId, deps);
      const version = sent.version ?? ifMatch(req);
      const links = linksIn(req, deps.links);
      const change = fromConvai(sent);
      if (links.length === 0 && Object.keys(change).length === 0) {
        if (version === undefined || version === current.version) return current;
        throw new CharacterChanged(current.version);
      }
      return characters.update(workspaceId, sent.charID, change, version, async (tx, id) => {
        for (const { link, value } of links) await link.apply(tx, workspaceId, id, value);
      });
    });
    if (!updated) throw unknownForUpdate();
    tag(res, updated.version);
    res.json({ STATUS: 'SUCCESS' });
  });

  router.post('/character/get', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const record = await orRefuse(unknownForGet().body, async () => {
      const { charID, charName } = parseBody(FindCharacter, req);
      if (charID !== undefined) return characters.read(workspaceId, charID);
      return charName === undefined ? undefined : characters.readByName(workspaceId, charName);
    });
    if (!record) throw unknownForGet();
    tag(res, record.version);
    const [shown] = await wired(workspaceId, [record]);
    res.json({ ...shown, backstory: record.character.backstory });
  });

  router.post(
    '/character/list',
    ...guards,
    async (req: Request, res: Response) => {
      const { workspaceId } = callerOf(req);
      const records = await characters.listRecords(workspaceId);
      res.json({ characters: await wired(workspaceId, records) });
    },
    missingKeyIs400,
  );

  router.post('/user/clone_character', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const copy = await orRefuse(notUpdated, () => {
      const { charID, KB: withDocuments = false } = parseBody(CloneCharacter, req);
      return deps.cloning.clone(workspaceId, charID, { withDocuments });
    });
    if (!copy) throw unknownForUpdate();
    res.json({ charID: copy.character.id });
  });

  router.post('/character/delete', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const deleted = await orRefuse(notUpdated, () =>
      characters.delete(workspaceId, parseBody(NameCharacter, req).charID),
    );
    if (!deleted) throw unknownForUpdate();
    res.json({ STATUS: 'SUCCESS' });
  });
  return router;
}

/**
 * @param currentModel what answers for the character until now
 * @throws {CraftingRefused} when the model that the character will have takes no such level
 */
async function refuseEffort(
  sent: ConvaiCharacterFields,
  currentModel: string,
  workspaceId: string,
  { models, usualModel }: CharacterRouteDeps,
): Promise<void> {
  const effort = sent.reasoning_effort?.trim();
  if (!effort || effort === autoEffort) return;
  const wished = (sent.model_group_name ?? sent.personalised_prompt_config?.MODEL)?.trim();
  const model = wished === undefined ? currentModel : wished || usualModel;
  // Of a registered one the name that its own endpoint knows tells, as `getSupportedModel` has it.
  const own = (await models.list(workspaceId)).find(({ groupName }) => groupName === model);
  const levels = reasoningLevels(own?.modelName ?? model)?.levels ?? [];
  if (levels.includes(effort)) return;
  throw new CraftingRefused(400, 'invalid_reasoning_effort', {
    ERROR: `Invalid reasoning_effort '${effort}' for model '${model}'. Supported values: ${[...levels, autoEffort].join(', ')}.`,
  });
}

const Fields = z.record(z.string(), z.unknown());

/** What the request links. @throws {CraftingRefused} */
function linksIn(
  req: Request,
  links: readonly CharacterLink[],
): { link: CharacterLink; value: unknown }[] {
  const body = Fields.safeParse(contextOf(req).body).data ?? {};
  return linkFields.flatMap((field) => {
    if (body[field] === undefined) return [];
    const link = links.find((candidate) => candidate.field === field);
    if (!link)
      throw new CraftingRefused(400, 'not_supported', {
        ERROR: `${field} cannot be linked on this server.`,
      });
    return [{ link, value: body[field] }];
  });
}

/** The version in an `If-Match: "3"`; undefined when there is none or any will do. */
function ifMatch(req: Request): number | undefined {
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(req.get('if-match')?.trim() ?? '')?.[1];
  return version === undefined ? undefined : Number(version);
}

function tag(res: Response, version: number): void {
  res.setHeader('ETag', `"${version}"`);
}
