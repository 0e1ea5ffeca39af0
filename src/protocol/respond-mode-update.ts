import * as z from 'zod';
import { GivenId } from './lax.ts';
import { PlainLine } from './plain-text.ts';
import { RespondMode } from './vision-config.ts';

/**
 * How an input affects the character's speech from now on. Source: Convai docs,
 * convai-unity-sdk/features/vision/scripting-api.md (`UpdateRespondMode`, SDK 4.4). The page has the names of the
 * acknowledgement alone, `modality` and `mode`; other messages call the latter `respond_mode`.
 */
export const RespondModeUpdate = z
  .object({
    modality: PlainLine(64),
    mode: RespondMode.nullish(),
    respond_mode: RespondMode.nullish(),
    update_id: GivenId.nullish(),
  })
  .transform(({ mode: given, respond_mode: other, ...update }, context) => {
    const mode = given ?? other;
    if (mode) return { ...update, mode };
    context.addIssue({ code: 'custom', path: ['mode'], message: 'required' });
    return z.NEVER;
  });
