import { Router, type Request, type RequestHandler } from 'express';
import type { Characters } from '../../../characters/characters.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { AppChat } from '../../../minds/app-chat.ts';
import { skillsOf, withoutSource, type AppSkills } from '../../../minds/app-skills.ts';
import { SkillRequest } from '../../../protocol/ai-chat.ts';
import { skillIds, skillNames, SourceDown, type SkillName } from '../../../skills/skill.ts';
import { jsonBody, parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { InCharacter, ok } from './envelope.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { listedCharacter } from './listed-character.ts';
import { userOf } from './user-token.ts';

export type SkillDeps = { characters: Characters; chat: AppChat; skills: AppSkills };

class SkillNotFound extends PublicError {
  constructor() {
    super(404, 'skill_not_found', 'The character has no such skill.');
  }
}

/** 观星, 八卦, 推演. @param guards what a request passes first: its token, its rate */
export function skillRoutes(deps: SkillDeps, guards: RequestHandler[]): Router {
  const router = Router();
  for (const name of skillNames) {
    router.post(`/skill/${name}`, ...guards, ...jsonBody(), async (req, res) => {
      const answer = await use(name, req, deps, leavingOf(res));
      // The contract shows this one without the envelope.
      res.json(name === 'bagua' ? answer : ok(answer));
    });
  }
  return router;
}

async function use(
  name: SkillName,
  req: Request,
  { characters, chat, skills }: SkillDeps,
  signal: AbortSignal,
) {
  const { characterId, skillId } = parseBody(SkillRequest, req);
  const key = idempotencyKeyOf(req);
  const user = userOf(req);
  const record = await listedCharacter(characters, user.workspaceId, characterId);
  if (skillId !== skillIds[name] || !skillsOf(record).includes(name)) throw new SkillNotFound();
  const find = (ending: AbortSignal) => skills.find(name, user, record, ending);
  try {
    return await chat.tell(user, record.character, { name, find }, key, signal);
  } catch (failure) {
    if (!(failure instanceof SourceDown)) throw failure;
    throw new InCharacter(failure, withoutSource(failure, record));
  }
}
