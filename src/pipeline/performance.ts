import type { PerformedAction } from '../protocol/server-messages.ts';
import { emotionOf } from '../script/emotion-of.ts';
import type { Emotion } from '../script/emotion.ts';
import { Script } from '../script/script.ts';
import type { Stage } from '../script/stage.ts';
import type { Log } from '../telemetry/log.ts';
import { isAsked, type Asked } from './asking.ts';
import { planOf } from './plan.ts';

/** What an answer consists of, in the order in which it is to be told. */
export type Line =
  | { kind: 'text'; text: string }
  /** Once at most, as soon as it is known. */
  | { kind: 'emotion'; emotion: Emotion }
  /** The plan of the whole turn, when the model has written it all. */
  | { kind: 'actions'; actions: PerformedAction[] }
  /** The story goes on to another section. */
  | { kind: 'story'; from: string; to: string }
  /** There were no words. `abstain`: the model chose so. */
  | { kind: 'silence'; reason: 'abstain' | undefined };

/** An answer as it comes. `released` resolves when it counts; until then it may be taken back. */
export type Lines = (signal: AbortSignal, released: Promise<void>) => AsyncGenerator<Line, void>;

/**
 * A model's text as an answer: words for ears, and what the character does and feels.
 * @param asked `again`: asks once more where silence is no answer
 */
export async function* perform(
  { text, calls, again }: Asked & { again?: () => Asked },
  stage: Stage,
  log: Log,
): AsyncGenerator<Line, void> {
  const script = new Script(stage.opening);
  let written = '';
  let shown = false;
  const marked = () => (isAsked(stage) ? script.emotion : undefined);
  for await (const piece of text) {
    if (typeof piece !== 'string') {
      const aside = `${piece.aside} `;
      written += aside;
      yield { kind: 'text', text: aside };
      continue;
    }
    const passed = script.push(piece);
    const emotion = marked();
    if (!shown && emotion) {
      shown = true;
      yield { kind: 'emotion', emotion };
    }
    written += passed;
    if (passed !== '') yield { kind: 'text', text: passed };
  }
  const rest = script.end();
  written += rest;
  if (rest !== '') yield { kind: 'text', text: rest };
  const isSilent = written.trim() === '';
  if (isSilent && script.abstained && again) {
    yield* perform(again(), stage, log);
    return;
  }
  const actions = planOf(script.steps, calls, stage, log);
  if (isSilent && (script.abstained || actions.length === 0)) {
    yield { kind: 'silence', reason: script.abstained ? 'abstain' : undefined };
  }
  if (actions.length > 0) yield { kind: 'actions', actions };
  const to = stage.ways?.to[(script.next ?? 0) - 1];
  if (stage.ways && to !== undefined) yield { kind: 'story', from: stage.ways.from, to };
  const emotion = shown ? undefined : (marked() ?? feltIn(written, stage));
  if (emotion) yield { kind: 'emotion', emotion };
}

/** Words that are known already. */
export async function* recite(text: string, stage: Stage): AsyncGenerator<Line, void> {
  yield { kind: 'text', text };
  const emotion = feltIn(text, stage);
  if (emotion) yield { kind: 'emotion', emotion };
  await Promise.resolve();
}

/** Words that show nothing leave the face at rest. */
function feltIn(text: string, { emotion }: Stage): Emotion | undefined {
  if (emotion === null || text.trim() === '') return undefined;
  return emotionOf(text, emotion) ?? { emotion: 'neutral', scale: 1 };
}
