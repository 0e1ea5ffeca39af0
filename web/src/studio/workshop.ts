import { ServerFailed } from '../failure.ts';
import { isObject, listAt, textAt, type JsonObject } from '../json.ts';
import type { ServerLine } from '../server-line.ts';
import { EventReader } from './event-reader.ts';
import { differing, blankSheet, readSheet, wireOf, type Sheet, type StoredSheet } from './sheet.ts';

/** Something to choose from a list. */
export type Choice = { value: string; label: string };
export type Choices = { voices: Choice[]; languages: Choice[]; models: Choice[] };

/** Where characters are made and changed, on the server. */
export class Workshop {
  constructor(private readonly line: ServerLine) {}

  /** @throws {ServerFailed} */
  async read(id: string): Promise<StoredSheet> {
    const stored = readSheet(await this.line.json('/character/get', { charID: id }));
    return stored ?? unreadable();
  }

  /** @returns its id @throws {ServerFailed} */
  async create(sheet: Sheet): Promise<string> {
    const needed = ['name', 'voice', 'backstory'] as const;
    const changed = [...new Set([...needed, ...differing(blankSheet, sheet)])];
    const made = await this.line.json('/character/create', wireOf(sheet, changed));
    return textAt(made, 'charID') ?? unreadable();
  }

  /**
   * Changes what differs from the version that was read.
   * @returns false when somebody else has changed the character since: then nothing is changed
   * @throws {ServerFailed}
   */
  async update({ id, version, sheet: before }: StoredSheet, sheet: Sheet): Promise<boolean> {
    const change = wireOf(sheet, differing(before, sheet));
    try {
      await this.line.json('/character/update', { ...change, charID: id, version });
      return true;
    } catch (error) {
      if (!(error instanceof ServerFailed)) throw error;
      const { failure } = error;
      if (failure.kind === 'refused' && failure.status === 412) return false;
      throw error;
    }
  }

  /** With story, functions and documents. @returns its id @throws {ServerFailed} */
  async clone(id: string): Promise<string> {
    const made = await this.line.json('/user/clone_character', { charID: id, KB: true });
    return textAt(made, 'charID') ?? unreadable();
  }

  /** With all its conversations. @throws {ServerFailed} */
  async delete(id: string): Promise<void> {
    await this.line.json('/character/delete', { charID: id });
  }

  /** What this server offers. @throws {ServerFailed} */
  async choices(): Promise<Choices> {
    const [voices, languages, models] = await Promise.all([
      this.line.json('/tts/get_available_voices'),
      this.line.anyJson('/tts/get_available_languages'),
      this.line.json('/character/getSupportedModel', {}),
    ]);
    return {
      voices: Object.keys(voices).flatMap((section) => named(listAt(voices, section), readVoice)),
      languages: named(Array.isArray(languages) ? languages : [], readLanguage),
      models: listAt(models, 'models').filter(isObject).flatMap(readModel),
    };
  }

  /** The model's words as they come. Aborting ends the call to the model. @throws {ServerFailed}, or the signal's reason */
  async *backstory(
    wish: { name: string; description: string },
    signal: AbortSignal,
  ): AsyncGenerator<string, void> {
    const body = { inputText: wish.description, charName: wish.name };
    const stream = await this.line.stream('/character/generate-backstory', body, signal);
    const events = new EventReader();
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read())
        yield* events.push(decoder.decode(read.value, { stream: true }));
    } finally {
      reader.releaseLock();
    }
  }
}

function unreadable(): never {
  throw new ServerFailed({ kind: 'refused', status: 200, words: undefined });
}

/** The lists of voices and languages are objects of one key each, which is a name. */
function named(list: unknown[], read: (name: string, entry: JsonObject) => Choice[]): Choice[] {
  return list
    .filter(isObject)
    .flatMap((one) =>
      Object.entries(one).flatMap(([name, entry]) => (isObject(entry) ? read(name, entry) : [])),
    );
}

function readVoice(label: string, entry: JsonObject): Choice[] {
  const value = textAt(entry, 'voice_value');
  return value === undefined ? [] : [{ value, label }];
}

function readLanguage(value: string, entry: JsonObject): Choice[] {
  return [{ value, label: textAt(entry, 'lang_name') ?? value }];
}

function readModel(entry: JsonObject): Choice[] {
  const value = textAt(entry, 'model_group_name');
  return value === undefined ? [] : [{ value, label: textAt(entry, 'display_name') ?? value }];
}
