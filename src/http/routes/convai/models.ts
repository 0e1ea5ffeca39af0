import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { PublicError } from '../../../errors/public-error.ts';
import type { OwnModel, OwnModels } from '../../../models/own-models.ts';
import { laxBoolean } from '../../../protocol/lax.ts';
import { reasoningLevels } from '../../../providers/llm/reasoning.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { InvalidRequest, Unauthorized } from '../../refusals.ts';
import type { Dialect } from '../../render-error.ts';
import { contextOf } from '../../request-context.ts';

const text = z.string().trim().min(1).max(2_000);
const usualBaseUrl = 'https://api.openai.com/v1';
const apiKey = z.string().trim().min(1).max(1_024);
export const RegisterModel = z.object({
  model_group_name: text,
  model_name: text,
  api_key: apiKey,
  is_uncensored: laxBoolean.default(false),
  display_name: text.optional(),
  /** OpenAI's own when left out, as documented. */
  base_url: text.optional(),
});
export const UpdateModel = z.object({
  model_group_name: text,
  display_name: text.optional(),
  base_url: text.optional(),
  api_key: apiKey.optional(),
  is_uncensored: laxBoolean.optional(),
});
export const NameModel = z.object({ model_group_name: text });

/** custom-llm-api.md: everything, refusals too, has a status, a message and a transaction id. */
export const modelsDialect: Dialect = (error, traceId) => {
  const message =
    error instanceof Unauthorized
      ? 'Unauthorized: missing or invalid CONVAI-API-KEY'
      : error.message;
  return { status: 'error', message, transactionID: traceId };
};

export type ModelRouteDeps = { models: OwnModels; usualModel: string };

export function modelRoutes({ models }: ModelRouteDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/llm-models/register', ...guards, async (req, res) => {
    const sent = read(() => parseBody(RegisterModel, req));
    const made = await models.register(callerOf(req).workspaceId, {
      groupName: sent.model_group_name,
      modelName: sent.model_name,
      displayName: sent.display_name ?? sent.model_group_name,
      baseUrl: sent.base_url ?? usualBaseUrl,
      apiKey: sent.api_key,
      isUncensored: sent.is_uncensored,
    });
    res.json({
      status: 'success',
      model_group_name: made.groupName,
      model_name: made.modelName,
      display_name: made.displayName,
      message: `Model '${made.groupName}' registered successfully`,
      transactionID: contextOf(req).traceId,
    });
  });

  router.post('/llm-models/update', ...guards, async (req, res) => {
    const { model_group_name: groupName, ...sent } = read(() => parseBody(UpdateModel, req));
    const updated = Object.entries(sent).filter(([, value]) => value !== undefined);
    if (updated.length === 0) throw new InvalidModelRequest('No valid fields to update');
    await models.update(callerOf(req).workspaceId, groupName, {
      displayName: sent.display_name,
      baseUrl: sent.base_url,
      apiKey: sent.api_key,
      isUncensored: sent.is_uncensored,
    });
    res.json({
      status: 'success',
      message: `Model '${groupName}' updated successfully`,
      updated_fields: updated.map(([name]) => name),
      transactionID: contextOf(req).traceId,
    });
  });

  router.post('/llm-models/deregister', ...guards, async (req, res) => {
    const { model_group_name: groupName } = read(() => parseBody(NameModel, req));
    await models.deregister(callerOf(req).workspaceId, groupName);
    res.json({
      status: 'success',
      message: `Model '${groupName}' deregistered successfully`,
      transactionID: contextOf(req).traceId,
    });
  });

  router.post('/llm-models/list', ...guards, async (req, res) => {
    const listed = await models.list(callerOf(req).workspaceId);
    res.json({
      status: 'success',
      models: listed.map(wireModel),
      count: listed.length,
      transactionID: contextOf(req).traceId,
    });
  });
  return router;
}

/** core-ai-settings-api.md: the models a character can have here, each with the reasoning that it takes. */
export function supportedModelRoutes(deps: ModelRouteDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/character/getSupportedModel', ...guards, async (req, res) => {
    const own = await deps.models.list(callerOf(req).workspaceId);
    const all = [
      { name: deps.usualModel, title: deps.usualModel, model: deps.usualModel },
      ...own.map(({ groupName, displayName, modelName }) => ({
        name: groupName,
        title: displayName,
        model: modelName,
      })),
    ];
    res.json({ models: all.map(supported) });
  });
  return router;
}

function supported({ name, title, model }: { name: string; title: string; model: string }) {
  const reasoning = reasoningLevels(model);
  return {
    model_group_name: name,
    display_name: title,
    ...(reasoning && {
      reasoning: {
        levels: reasoning.levels,
        supports_auto: true,
        ...(reasoning.default !== undefined && { default: reasoning.default }),
      },
    }),
  };
}

function wireModel(model: OwnModel) {
  return {
    model_group_name: model.groupName,
    model_name: model.modelName,
    display_name: model.displayName,
    base_url: model.baseUrl,
    is_uncensored: model.isUncensored,
    category: 'Private',
    created_at: model.createdAt.toISOString(),
  };
}

class InvalidModelRequest extends PublicError {
  constructor(message: string) {
    super(400, 'invalid_model', message);
  }
}

/** Faults are 400 on this page, in its own words. */
function read<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof InvalidRequest)) throw cause;
    const isMissing = cause.problems.some(({ type }) => type === 'missing');
    const what = isMissing ? 'Missing required field' : 'Malformed parameter';
    throw new InvalidModelRequest(`${what}: ${cause.message}`);
  }
}
