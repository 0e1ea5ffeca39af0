import { Router, type Request, type RequestHandler } from 'express';
import type * as z from 'zod';
import type { CharacterRecord } from '../../../characters/character-record.ts';
import type { Characters } from '../../../characters/characters.ts';
import { AppCard } from '../../../minds/app-card.ts';
import { skillsOf, type AppSkills } from '../../../minds/app-skills.ts';
import type { CharacterListView, CharacterView, SkillListView } from '../../../protocol/ai-chat.ts';
import { skillCard } from '../../../skills/tellings.ts';
import { callerOf } from '../../api-key.ts';
import { CharacterNotFound } from '../../refusals.ts';
import { ok } from './envelope.ts';
import { listedCharacter } from './listed-character.ts';
import { isUser } from './user-token.ts';

export type GalleryDeps = { characters: Characters; skills: AppSkills };

/** 角色列表, 通过id查询角色, 获取角色技能. @param guards what a request passes first: its token or key, its rate */
export function galleryRoutes(
  { characters, skills }: GalleryDeps,
  guards: RequestHandler[],
): Router {
  const router = Router();
  const find = async (req: Request) => {
    const { workspaceId } = callerOf(req);
    const ref = String(req.params['id']);
    if (isUser(req)) return listedCharacter(characters, workspaceId, ref);
    const found = await characters.read(workspaceId, ref);
    if (!found) throw new CharacterNotFound();
    return found;
  };
  router.get('/characters', ...guards, async (req, res) => {
    const listed = await characters.listed(callerOf(req).workspaceId);
    const data: z.infer<typeof CharacterListView> = { list: listed.map(viewOf) };
    res.json(ok(data));
  });
  router.get('/character/:id', ...guards, async (req, res) => {
    res.json(ok(viewOf(await find(req))));
  });
  router.get('/character/:id/skill', ...guards, async (req, res) => {
    const names = skillsOf(await find(req));
    const data: z.infer<typeof SkillListView> = {
      skills: names.map((name) => skillCard(name, skills.sources)),
    };
    res.json(ok(data));
  });
  return router;
}

function viewOf({ character, description, aiChat }: CharacterRecord): CharacterView {
  const { number: id, name, language, greeting } = character;
  const { subtitle, tags } = AppCard.parse(aiChat);
  // The documented tags have a blank behind each comma.
  const list = `[${tags.map((tag) => JSON.stringify(tag)).join(', ')}]`;
  return { id, name, subtitle, description, tags: list, language, greeting };
}
