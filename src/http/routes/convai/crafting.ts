import { Router, type RequestHandler } from 'express';
import type { Log } from '../../../telemetry/log.ts';
import type { Llm } from '../../../providers/llm/llm.ts';
import { anyBody } from '../../form-body.ts';
import { renderErrors } from '../../render-error.ts';
import { backstoryRoutes } from './backstory.ts';
import { characterRoutes, type CharacterRouteDeps } from './characters.ts';
import { chatHistoryRoutes, type ChatHistoryDeps } from './chat-history.ts';
import { craftingDialect, plainErrorDialect, unreadableIs400 } from './crafting-dialect.ts';
import {
  knowledgeDialect,
  knowledgeFile,
  knowledgeRoutes,
  type KnowledgeRouteDeps,
} from './knowledge-bank.ts';
import { getResponseRoutes, spokenFile, type GetResponseDeps } from './get-response.ts';
import { functionRoutes, functionsDialect, type FunctionRouteDeps } from './functions.ts';
import { mcpRoutes, type McpRouteDeps } from './mcp.ts';
import { modelRoutes, modelsDialect, supportedModelRoutes, type ModelRouteDeps } from './models.ts';
import { narrativeRoutes, type NarrativeRouteDeps } from './narrative.ts';
import { speechRoutes, type SpeechDeps } from './speech.ts';

export type CraftingDeps = CharacterRouteDeps &
  ChatHistoryDeps &
  KnowledgeRouteDeps &
  ModelRouteDeps &
  NarrativeRouteDeps &
  FunctionRouteDeps &
  McpRouteDeps &
  GetResponseDeps &
  SpeechDeps & { llm: Llm };

/**
 * Convai's crafting APIs. Each page words its refusals in its own way, so each part renders its own.
 * @param before what a request passes first: its key, its rate
 */
export function craftingRoutes(deps: CraftingDeps, before: RequestHandler[], log: Log): Router {
  const bodies = { plain: anyBody(), file: anyBody(knowledgeFile) };
  // In any of the three forms.
  const guards = [...before, bodies.plain];
  return Router()
    .use(
      knowledgeRoutes(deps, before, bodies),
      unreadableIs400,
      renderErrors(knowledgeDialect, log),
    )
    .use(backstoryRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(chatHistoryRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(narrativeRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(mcpRoutes(deps, guards), unreadableIs400, renderErrors(plainErrorDialect, log))
    .use(functionRoutes(deps, guards), unreadableIs400, renderErrors(functionsDialect, log))
    .use(modelRoutes(deps, guards), unreadableIs400, renderErrors(modelsDialect, log))
    .use(getResponseRoutes(deps, before, anyBody(spokenFile)))
    .use(characterRoutes(deps, guards))
    .use(supportedModelRoutes(deps, guards))
    .use(speechRoutes(deps, guards))
    .use(unreadableIs400, renderErrors(craftingDialect, log));
}
