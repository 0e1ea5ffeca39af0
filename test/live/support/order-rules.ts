import { z } from 'zod';
import type { ServerResponse, WrappedEvent } from '../../../src/protocol/server-messages.ts';

/** A message by its form: `top` and `wrapped` may carry the same type. */
export type Told =
  | { form: 'flat'; type: 'server-response'; data: ServerResponse }
  | { form: 'wrapped'; type: WrappedEvent['type']; data: WrappedEvent }
  | { form: 'top'; type: string; data: unknown };

/** Sees every message in its order. @returns what is wrong with this one */
export type Rule = (told: Told) => string | undefined;

const Text = z.object({ text: z.string() });
export const Final = z.object({ text: z.string(), final: z.boolean() });
const Passed = z.object({ result: z.boolean() });
const textOf = (data: unknown) => Text.parse(data).text;

/** What has to come in which order, whatever an answer is about; each call watches one session. */
export const makeOrderRules = (): Rule[] => [
  introduced(),
  textInBrackets(),
  nothingSplitsText(),
  inBothForms('bot-started-speaking', 'bot-started-speaking'),
  inBothForms('bot-stopped-speaking', 'bot-stopped-speaking'),
  inBothForms('user-started-speaking', 'vad-stt-started'),
  inBothForms('user-stopped-speaking', 'vad-stt-stopped'),
  alternating('bot-started-speaking', 'bot-stopped-speaking'),
  alternating('user-started-speaking', 'user-stopped-speaking'),
  finalsInBothForms(),
  endsOnce(),
  synthesisedOnce(),
  responsesInOrder(),
  soundBetweenMarks(),
];

/** The interaction is known before the character is ready, and stays the same. */
function introduced(): Rule {
  let id: string | undefined;
  return (told) => {
    if (told.type === 'bot-ready' && id === undefined) return 'before interaction-created';
    if (told.form !== 'wrapped' || told.data.type !== 'interaction-created') return undefined;
    const before = id;
    id = told.data.interaction_id;
    return before === undefined || before === id ? undefined : 'another interaction';
  };
}

/** started, text…, stopped; and the whole text, where there is one, is what was streamed. */
function textInBrackets(): Rule {
  let written: string | undefined;
  let whole = '';
  return ({ form, type, data }) => {
    if (form !== 'top') return undefined;
    switch (type) {
      case 'bot-llm-started': {
        const nested = written !== undefined;
        written = '';
        return nested ? 'before the text before it ended' : undefined;
      }
      case 'bot-llm-text':
        if (written === undefined) return 'outside of bot-llm-started and bot-llm-stopped';
        written += textOf(data);
        return undefined;
      case 'bot-llm-stopped': {
        const unbegun = written === undefined;
        whole = written ?? '';
        written = undefined;
        return unbegun ? 'without bot-llm-started' : undefined;
      }
      case 'bot-transcription':
        return textOf(data) === whole ? undefined : `is not what was streamed: ${whole}`;
      default:
        return undefined;
    }
  };
}

/** Text goes into the client's last open bubble: nothing that opens another may come in between. */
function nothingSplitsText(): Rule {
  const splitting = new Set(['action-response', 'bot-emotion', 'behavior-tree-response']);
  let writing = false;
  return ({ form, type, data }) => {
    if (form !== 'top') return undefined;
    if (type === 'bot-llm-started') writing = true;
    if (type === 'bot-llm-stopped') writing = false;
    const splits =
      splitting.has(type) || (type === 'user-transcription' && Final.parse(data).final);
    return writing && splits ? 'between two pieces of text' : undefined;
  };
}

/** The form for one kind of client is followed by that for the other. */
function inBothForms(topType: string, wrappedType: WrappedEvent['type']): Rule {
  let expected = false;
  return ({ form, type }) => {
    const isSecond = form === 'wrapped' && type === wrappedType;
    const isMissing = expected && !isSecond;
    const isAlone = isSecond && !expected;
    expected = form === 'top' && type === topType;
    if (isMissing) return `comes where the wrapped ${wrappedType} should`;
    return isAlone ? 'without its form at the top level' : undefined;
  };
}

function alternating(began: string, ended: string): Rule {
  let on = false;
  return ({ form, type }) => {
    if (form !== 'top' || (type !== began && type !== ended)) return undefined;
    const next = type === began;
    const twice = on === next;
    on = next;
    return twice ? 'twice in a row' : undefined;
  };
}

/** Final words for either kind of client, the same ones. */
function finalsInBothForms(): Rule {
  let final: string | undefined;
  return ({ form, type, data }) => {
    const before = final;
    final = undefined;
    if (form === 'wrapped' && type === 'final-user-transcription')
      return textOf(data) === before ? undefined : 'not right after the same user-transcription';
    if (before !== undefined) return 'comes where final-user-transcription should';
    if (form === 'top' && type === 'user-transcription') {
      const said = Final.parse(data);
      if (said.final) final = said.text;
    }
    return undefined;
  };
}

/** What belongs to an answer, by which a client would take it for a part of one that has ended. */
const ofAnAnswer = new Set([
  'bot-llm-text',
  'bot-llm-stopped',
  'bot-transcription',
  'bot-tts-started',
  'bot-started-speaking',
  'bot-stopped-speaking',
  'action-response',
  'llm-no-response',
]);

/**
 * bot-turn-completed is the last of a turn, once, after its text and its sound. What moderation blocks has neither, nor
 * what was cut before it was judged: such a turn has the user's words alone.
 */
function endsOnce(): Rule {
  let open = false;
  let speaking = false;
  let writing = false;
  let asked = false;
  return ({ form, type, data }) => {
    if (form === 'top' && type === 'user-transcription' && Final.parse(data).final) asked = true;
    if (type === 'moderation-response' && !Passed.parse(data).result) open = true;
    if (type === 'bot-llm-started') {
      const early = open;
      open = true;
      writing = true;
      return early ? 'before the turn before it was completed' : undefined;
    }
    if (type === 'bot-llm-stopped') writing = false;
    if (form === 'top' && type === 'bot-started-speaking') speaking = true;
    if (form === 'top' && type === 'bot-stopped-speaking') speaking = false;
    if (type === 'bot-turn-completed') {
      const wasOpen = open || asked;
      open = asked = false;
      if (speaking) return 'while the character speaks';
      if (writing) return 'before bot-llm-stopped';
      return wasOpen ? undefined : 'of no turn';
    }
    return ofAnAnswer.has(type) && !open ? 'after the turn was completed' : undefined;
  };
}

/** An apology for an answer that failed is of the same turn. */
function synthesisedOnce(): Rule {
  let begun = false;
  return ({ form, type }) => {
    if (type === 'bot-turn-completed') begun = false;
    if (form !== 'top' || type !== 'bot-tts-started') return undefined;
    const before = begun;
    begun = true;
    return before ? 'twice in a turn' : undefined;
  };
}

/**
 * One response at a time, each with a new id; its lifecycle messages and those about its face each count on.
 */
function responsesInOrder(): Rule {
  const ended = new Set<string>();
  let current: { id: string; sequences: Map<string, number> } | undefined;
  return (told) => {
    if (told.form !== 'wrapped' || !('response_id' in told.data)) return undefined;
    const { response_id: id, sequence, type } = told.data;
    const family = type.includes('blendshapes') ? 'face' : 'lifecycle';
    const before = current?.sequences.get(family) ?? 0;
    const problems = [
      ended.has(id) && 'belongs to a response that has ended',
      current && current.id !== id && 'belongs to another response than the one before',
      current?.id === id && before >= sequence && 'has a sequence that does not grow',
    ];
    if (current?.id !== id) current = { id, sequences: new Map() };
    current.sequences.set(family, sequence);
    if (type === 'bot-turn-completed') {
      current = undefined;
      ended.add(id);
    }
    return problems.find((problem) => typeof problem === 'string');
  };
}

/** Clients drop face frames outside of the marks, and a sound without a mark has no owner. */
function soundBetweenMarks(): Rule {
  const inside = new Set<string>([
    'audio-data',
    'visemes',
    'neurosync-blendshapes',
    'chunked-neurosync-blendshapes',
    'neurosync-blendshapes-cancel',
  ]);
  let speaking = false;
  return ({ form, type }) => {
    if (form === 'top' && type === 'bot-started-speaking') speaking = true;
    if (form === 'top' && type === 'bot-stopped-speaking') speaking = false;
    return inside.has(type) && !speaking ? 'while the character does not speak' : undefined;
  };
}
