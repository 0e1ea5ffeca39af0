import type { SpeechFrame } from '../frames/speech-timing.ts';
import { runAhead } from '../lifetime/run-ahead.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Tts, TtsOptions } from '../providers/tts/tts.ts';
import { spokenForm } from '../script/emoji.ts';
import { isSpeakable } from './clauses.ts';
import { retryOnce } from '../providers/retry.ts';

/**
 * A frame of the answer and the piece of text it belongs to as it is written, counted from 0. Without a frame: the piece
 * has no more of them.
 */
export type SpokenFrame = { piece: number; text: string; frame: SpeechFrame | undefined };

/** Frames of one piece that may wait: enough that a provider faster than speech is not slowed down for nothing. */
const framesAhead = 128;

/**
 * Text pieces to sound, in order. The next piece is asked for while the one before is still arriving, so that no gap
 * is heard between them; never more than one ahead.
 */
export async function* speak(
  pieces: AsyncGenerator<string, void>,
  tts: Tts,
  options: TtsOptions,
  onRetry: (failure: ProviderFailed) => void,
): AsyncGenerator<SpokenFrame, void> {
  for await (const { piece, text, frames } of runAhead(begin(pieces, tts, options, onRetry), 1)) {
    for await (const frame of frames) yield { piece, text, frame };
    yield { piece, text, frame: undefined };
  }
}

type Begun = { piece: number; text: string; frames: AsyncGenerator<SpeechFrame, void> };

async function* begin(
  pieces: AsyncGenerator<string, void>,
  tts: Tts,
  options: TtsOptions,
  onRetry: (failure: ProviderFailed) => void,
): AsyncGenerator<Begun, void> {
  let piece = 0;
  for await (const text of pieces) {
    const spoken = spokenForm(text).trim();
    const stream = () => tts.stream(spoken, options);
    const frames = isSpeakable(spoken)
      ? startNow(runAhead(retryOnce(stream, onRetry), framesAhead))
      : none();
    yield { piece: piece++, text, frames };
  }
}

// eslint wants an await in every async generator; nothing is to be awaited in an empty one.
async function* none(): AsyncGenerator<SpeechFrame, void> {
  yield* [];
  await Promise.resolve();
}

/** A generator does nothing before it is first asked; ask at once and hand the answer on. */
async function* handOn<T>(
  first: Promise<IteratorResult<T, void>>,
  rest: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    const result = await first;
    if (result.done) return;
    yield result.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

function startNow<T>(generator: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const first = generator.next();
  // The failure is thrown where the piece is played; until then it must not count as unhandled.
  first.catch(() => undefined);
  return handOn(first, generator);
}
