import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { backstoryMessages } from '../../../prompt/backstory.ts';
import type { Llm } from '../../../providers/llm/llm.ts';
import { ProviderFailed } from '../../../providers/provider-failed.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { callerOf } from '../../api-key.ts';
import { EventStream } from '../../event-stream.ts';
import { parseBody } from '../../json-body.ts';
import { TooManyRequests } from '../../refusals.ts';
import { orRefuse } from './crafting-dialect.ts';

export const BackstoryRequest = z.object({
  inputText: z.string().trim().min(1).max(4_000),
  charName: z.string().trim().min(1).max(200),
});

/** Of one workspace at once: each holds a call to the model for half a minute. */
const mostAtOnce = 8;
/** Ten times what was asked for; a model that never stops is stopped. */
const mostLetters = 20_000;
const mostTokens = 1_200;

/** `POST /character/generate-backstory`: the model's words as they come, one event each. */
export function backstoryRoutes({ llm }: { llm: Llm }, guards: RequestHandler[]): Router {
  const router = Router();
  const running = new Map<string, number>();
  router.post('/character/generate-backstory', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { inputText: description, charName: name } = await orRefuse(
      { ERROR: 'inputText and charName are required.' },
      () => Promise.resolve().then(() => parseBody(BackstoryRequest, req)),
    );
    const now = running.get(workspaceId) ?? 0;
    if (now >= mostAtOnce) throw new TooManyRequests();
    running.set(workspaceId, now + 1);
    const events = new EventStream(res);
    try {
      let letters = 0;
      const messages = backstoryMessages({ name, description });
      const pieces = llm.stream(messages, { maxTokens: mostTokens, signal: events.signal });
      for await (const piece of pieces) {
        if (piece === '') continue;
        letters += piece.length;
        await events.send(piece);
        if (letters > mostLetters) break;
      }
      if (letters === 0) throw new NothingWritten();
      events.end();
    } catch (cause) {
      // The client has gone and with it the call to the model: there is nobody to tell.
      if (events.signal.aborted) return;
      throw cause instanceof ProviderFailed ? new ModelFailed(cause) : cause;
    } finally {
      const left = (running.get(workspaceId) ?? 1) - 1;
      if (left === 0) running.delete(workspaceId);
      else running.set(workspaceId, left);
    }
  });
  return router;
}

class ModelFailed extends PublicError {
  constructor(cause: ProviderFailed) {
    super(502, 'model_failed', 'The language model did not answer. Try again.', { cause });
  }
}

/** The model answered, with nothing: a filter of its provider's may have taken it all. */
class NothingWritten extends PublicError {
  constructor() {
    super(502, 'nothing_written', 'The language model wrote nothing. Try other words.');
  }
}
