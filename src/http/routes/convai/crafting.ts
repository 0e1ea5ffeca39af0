import { Router, type RequestHandler } from 'express';
import type { Log } from '../../../telemetry/log.ts';
import type { Llm } from '../../../providers/llm/llm.ts';
import { renderErrors } from '../../render-error.ts';
import { backstoryRoutes } from './backstory.ts';
import { characterRoutes, type CharacterRouteDeps } from './characters.ts';
import { chatHistoryRoutes, type ChatHistoryDeps } from './chat-history.ts';
import { craftingDialect, plainErrorDialect, unreadableIs400 } from './crafting-dialect.ts';
import { modelRoutes, modelsDialect, supportedModelRoutes, type ModelRouteDeps } from './models.ts';
import { narrativeRoutes, type NarrativeRouteDeps } from './narrative.ts';
import { speechRoutes, type SpeechDeps } from './speech.ts';

export type CraftingDeps = CharacterRouteDeps &
  ChatHistoryDeps &
  ModelRouteDeps &
  NarrativeRouteDeps &
  SpeechDeps & { llm: Llm };

/**
 * Convai's crafting APIs. Each page words its refusals in its own way, so each part renders its own.
 * @param guards what a request passes first: its key, its rate, its body in any of the three forms
 */
export function craftingRoutes(deps: CraftingDeps, guards: RequestHandler[], log: Log): Router {
  return Router()
    .use(backstoryRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(chatHistoryRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(narrativeRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(modelRoutes(deps, guards), unreadableIs400, renderErrors(modelsDialect, log))
    .use(characterRoutes(deps, guards))
    .use(supportedModelRoutes(deps, guards))
    .use(speechRoutes(deps, guards))
    .use(unreadableIs400, renderErrors(craftingDialect, log));
}
