import type { ActionConfig } from '../protocol/action-config.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import { withFewMarks } from '../protocol/letter-marks.ts';

/** A plan is short: more steps than this are a model that runs in circles. */
export const mostActions = 32;
/** And each step a name and a target. */
const mostStepChars = 1_000;

type Named = { name: string; keys: string[] };

/**
 * What a character may do, and to what: nothing else comes of what a model writes. A plan whose names differ in case,
 * blanks or an article is understood; a name that is not in the lists is refused.
 */
export class Affordances {
  readonly #actions: Named[];
  readonly #targets: Named[];

  /** @param speakerName of whom the character talks to, where a client told it */
  constructor(
    private readonly config: ActionConfig,
    private readonly speakerName: string | undefined,
  ) {
    const { actions, objects, characters } = config;
    // The longest first: of "Pick" and "Pick Up" the whole name counts.
    this.#actions = actions
      .map((name) => ({ name, keys: [keyOf(name)] }))
      .sort((one, other) => other.name.length - one.name.length);
    this.#targets = [...objects, ...characters].map(({ name }) => ({ name, keys: keysOf(name) }));
  }

  get any(): boolean {
    return this.#actions.length > 0;
  }

  /** @returns undefined when it is not among what the character may do */
  find(name: string, target: string | undefined): PerformedAction | undefined {
    const action = this.#actions.find(({ keys }) => keys.includes(keyOf(name)));
    if (!action) return undefined;
    if (target === undefined || keyOf(target) === '') return { name: action.name };
    const found = this.#target(target);
    return found === undefined ? undefined : { name: action.name, target: found };
  }

  /** Reads "Move To cube; Pick Up: the cube". @returns its steps, and those that are not allowed, as written */
  read(text: string): { actions: PerformedAction[]; refused: string[] } {
    const whole = this.#step(text);
    if (whole) return { actions: [whole], refused: [] };
    const actions: PerformedAction[] = [];
    const refused: string[] = [];
    for (const part of text.split(/[;；,，、]|(?:^|\s)(?:and )?then\s|\sand\s/)) {
      if (part.trim() === '') continue;
      const action = this.#step(part);
      if (action) actions.push(action);
      else refused.push(part.trim());
    }
    return { actions, refused };
  }

  /** A step in words, or one whose name and target stand apart. @returns as `read` */
  readStep(
    step: string | { name: string; target: string | undefined },
  ): ReturnType<Affordances['read']> {
    if (typeof step === 'string') return this.read(step);
    const action = this.find(step.name, step.target);
    return action
      ? { actions: [action], refused: [] }
      : { actions: [], refused: [[step.name, step.target ?? ''].join(' ').trim()] };
  }

  #step(text: string): PerformedAction | undefined {
    if (text.length > mostStepChars) return undefined;
    const letters = text.trim().replace(/[.!。！]+$/, '');
    for (const { name, keys } of this.#actions) {
      const length = beginsWith(letters, keys[0] ?? '');
      if (length === undefined) continue;
      const rest = letters.slice(length).replace(/^[\s:：=,|>→-]+/, '');
      const bare = rest.replace(/^[\s()]+|[\s()]+$/g, '');
      const object = bare.replace(/^(?:to|at|on|with|towards?|target[:=]) ?/i, '');
      for (const target of new Set([rest, bare, object])) {
        const action = this.find(name, target);
        if (action) return action;
      }
    }
    return undefined;
  }

  #target(text: string): string | undefined {
    const key = keyOf(text);
    const named = this.#targets.filter(({ keys }) => keys.includes(key));
    const exact = named.find(({ keys }) => keys[0] === key);
    if (exact) return exact.name;
    // "Mojito" for "Mojito (Can be: Served)", if only one begins like that.
    if (named.length === 1) return named[0]?.name;
    if (/^(?:this|that|it|there|这个?|那个?|它|那里|那儿)$/.test(key)) {
      return this.config.current_attention_object ?? undefined;
    }
    if (/^(?:me|my|myself|here|user|player|speaker|我|我这里|这里)$/.test(key)) {
      return this.#speaker();
    }
    return undefined;
  }

  /** The listed character who is talking: by name, by what is said of them, or because there is no other. */
  #speaker(): string | undefined {
    const { characters } = this.config;
    const said = this.speakerName === undefined ? undefined : keyOf(this.speakerName);
    const byName = characters.find(({ name }) => keyOf(name) === said);
    const users = characters.filter(({ name, bio }) =>
      /\b(?:user|player|speaker)\b|玩家|用户/i.test(`${name} ${bio}`),
    );
    const [only, ...more] = users.length > 0 ? users : characters;
    return byName?.name ?? (more.length === 0 ? only?.name : undefined);
  }
}

/** Names that differ only in case, blanks, `_` or `-`, or by an article, are the same. */
function keyOf(name: string): string {
  return withFewMarks(name)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/gu, ' ')
    .replace(/["'“”‘’]/gu, '')
    .trim()
    .replace(/^(?:the|an?) /, '');
}

/** The whole name, and what stands before a bracket in it: Convai suggests names such as "Book (Can be: Given)". */
function keysOf(name: string): string[] {
  const whole = keyOf(name);
  const short = keyOf(name.replace(/\s*\(.*$/s, ''));
  return short === '' || short === whole ? [whole] : [whole, short];
}

/** @returns how many characters of `text` spell the key, if it begins with it as a whole word */
function beginsWith(text: string, key: string): number | undefined {
  for (let length = 1; length <= text.length; length++) {
    const next = text.charAt(length);
    if (/[\p{L}\p{N}]/u.test(next) && !/\p{Script=Han}/u.test(next)) continue;
    const head = keyOf(text.slice(0, length));
    if (head === key) return length;
    if (head.length > key.length) return undefined;
  }
  return undefined;
}
