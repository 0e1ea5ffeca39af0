import { z } from 'zod';
import { Final, type Rule, type Told } from './order-rules.ts';

/** What holds between the parts of a turn: the user's words, the answer, its face, and what is measured of it. */
export const makeTurnRules = (): Rule[] => [
  answersWords(),
  wrappedThenTop('action-response'),
  wrappedThenTop('behavior-tree-response'),
  measuredBeforeEnd(),
  statsBeforeSilence(),
];

const isTop = ({ form, type }: Told, wanted: string) => form === 'top' && type === wanted;

/**
 * An answer begins when the user is done: not while they speak, and with all their words told. What they say during an
 * answer is told when that has ended. Moderation has judged by then.
 */
function answersWords(): Rule {
  let speaking = false;
  let answering = false;
  return (told) => {
    if (isTop(told, 'user-started-speaking')) speaking = true;
    if (isTop(told, 'user-stopped-speaking')) speaking = false;
    if (told.type === 'bot-turn-completed') answering = false;
    if (isTop(told, 'bot-llm-started')) {
      answering = true;
      if (speaking) return 'while the user speaks';
    }
    if (!answering) return undefined;
    if (told.type === 'moderation-response') return 'after the answer that it is about';
    const isFinal = isTop(told, 'user-transcription') && Final.parse(told.data).final;
    return isFinal ? 'after an answer has begun, and before it has ended' : undefined;
  };
}

const Actions = z.object({
  actions: z.array(
    z.union([z.string(), z.object({ name: z.string(), target: z.string().optional() })]),
  ),
});

/** Of these two the documented form is first, and the other says the same right behind it. */
function wrappedThenTop(type: string): Rule {
  let expected: string | undefined;
  return (told) => {
    const before = expected;
    expected = undefined;
    const isOther = isTop(told, type);
    if (before !== undefined && !isOther) return `comes where the ${type} at the top level should`;
    if (told.type !== type) return undefined;
    if (told.form === 'wrapped') {
      expected = inSubstance(told.data);
      return undefined;
    }
    if (before === undefined) return 'without its wrapped form';
    return before === inSubstance(told.data)
      ? undefined
      : 'says something else than its wrapped form';
  };
}

/** What both forms say: actions as texts, a section as it is. */
function inSubstance(data: unknown): string {
  const acted = Actions.safeParse(data);
  if (!acted.success) {
    const entries = Object.entries(z.looseObject({}).parse(data));
    return JSON.stringify(entries.filter(([name]) => name !== 'type'));
  }
  const texts = acted.data.actions.map((action) =>
    typeof action === 'string' ? action : [action.name, action.target].filter(Boolean).join(' '),
  );
  return JSON.stringify(texts);
}

const OfFace = z.object({ custom: z.unknown() });

/** What is measured of a turn comes together, and its end right behind it; of a face, before that end. */
function measuredBeforeEnd(): Rule {
  const diagnostics = new Set(['metrics', 'turn-trace', 'usage-update']);
  let due = false;
  let speaking = false;
  let open = false;
  return (told) => {
    if (isTop(told, 'bot-llm-started')) open = true;
    if (isTop(told, 'bot-started-speaking')) speaking = true;
    if (isTop(told, 'bot-stopped-speaking')) speaking = false;
    if (told.type === 'metrics' && OfFace.safeParse(told.data).success) {
      if (speaking) return 'of a face that is still shown';
      return open ? undefined : 'of a face, after the turn';
    }
    const wasDue = due;
    due = diagnostics.has(told.type);
    if (told.type === 'bot-turn-completed') open = false;
    if (!wasDue || due || told.type === 'bot-turn-completed') return undefined;
    return 'comes between what was measured of a turn and its end';
  };
}

function statsBeforeSilence(): Rule {
  let due = false;
  return (told) => {
    const wasDue = due;
    due = told.type === 'blendshape-turn-stats';
    return wasDue && !isTop(told, 'bot-stopped-speaking')
      ? 'comes where bot-stopped-speaking should, right after blendshape-turn-stats'
      : undefined;
  };
}
