import { Router, type Request, type RequestHandler } from 'express';
import type * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import type { OpenCharacters } from '../../../characters/open-characters.ts';
import {
  CreateCharacter,
  DetailsQuery,
  NameCharacter,
  SearchCharacters,
  UpdateCharacter,
  type CharacterKey,
  type SearchAnswer,
} from '../../../protocol/xingchen/character.ts';
import { wireId } from '../../../protocol/xingchen/ids.ts';
import { offsetOf } from '../../../protocol/xingchen/paging.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { problemsOf } from '../../problems.ts';
import { CharacterNotFound, InvalidRequest } from '../../refusals.ts';
import { fromXingchen, languageOf, toXingchen } from './character-wire.ts';
import { ok } from './envelope.ts';
import { KnowledgeBases, type DocumentLinks } from './knowledge-bases.ts';

export type CharactersDeps = {
  characters: Characters;
  openCharacters: OpenCharacters;
  documents: DocumentLinks;
};

/** 角色管理. @param guards what a request passes first: its key, its rate @param withBody these, and its body */
export function characterRoutes(
  { characters, openCharacters, documents }: CharactersDeps,
  guards: RequestHandler[],
  withBody: RequestHandler[],
): Router {
  const router = Router();
  const bases = new KnowledgeBases(documents);

  router.post('/character/create', ...withBody, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const sent = parseBody(CreateCharacter, req);
    const wished = sent.advancedConfig?.knowledgeBases ?? [];
    await bases.check(workspaceId, wished);
    const draft = { ...languageOf(sent), ...fromXingchen(sent), name: sent.name };
    const links = await bases.change(workspaceId, { before: [], after: wished });
    const { character, version } = await characters.create(workspaceId, draft, links);
    const data: z.infer<typeof CharacterKey> = {
      characterId: wireId(character.id),
      version,
      name: character.name,
    };
    res.json(ok(req, data));
  });

  router.post('/character/update', ...withBody, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const sent = parseBody(UpdateCharacter, req);
    const record = await characters.read(workspaceId, sent.characterId);
    if (!record) throw new CharacterNotFound();
    const { id } = record.character;
    const before = bases.of(record);
    // The whole of it is replaced: without knowledgeBases it has none.
    const after = sent.advancedConfig ? (sent.advancedConfig.knowledgeBases ?? []) : before;
    // Who sends back what they have read is not refused for a document that was deleted since.
    await bases.check(
      workspaceId,
      after.filter((wished) => !before.includes(wished)),
    );
    const links = sent.advancedConfig && (await bases.change(workspaceId, { before, after }));
    const change = fromXingchen(sent);
    if (!(await characters.update(workspaceId, id, change, undefined, links ?? undefined)))
      throw new CharacterNotFound();
    res.json(ok(req, true));
  });

  router.get('/character/details', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { characterId } = queryOf(req);
    const found = await openCharacters.find(workspaceId, characterId, 'isPublic');
    if (!found) throw new CharacterNotFound();
    res.json(ok(req, toXingchen(found)));
  });

  router.post('/character/search', ...withBody, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { where, orderBy: order, pageNum: page, pageSize } = parseBody(SearchCharacters, req);
    const offset = offsetOf({ pageNum: page, pageSize });
    const { found, total } = await openCharacters.search(workspaceId, {
      scope: where?.scope ?? 'my',
      name: where?.characterName ?? undefined,
      roleTypes: where?.roleTypes ?? undefined,
      ...{ order, limit: pageSize, offset },
    });
    const data: z.infer<typeof SearchAnswer>['data'] = {
      list: found.map(toXingchen),
      ...{ page, pageSize, total, pageOffsetValue: offset },
    };
    res.json(ok(req, data));
  });

  router.post('/character/delete', ...withBody, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { characterId } = parseBody(NameCharacter, req);
    if (!(await characters.delete(workspaceId, characterId))) throw new CharacterNotFound();
    res.json(ok(req, true));
  });
  return router;
}

function queryOf(req: Request): z.infer<typeof DetailsQuery> {
  const query = DetailsQuery.safeParse(req.query);
  if (!query.success) throw new InvalidRequest(problemsOf(query.error, req.query));
  return query.data;
}
