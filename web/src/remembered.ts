import { isObject, parseJson } from './json.ts';

/** Where the page keeps things; a browser's storage is one. */
export type Shelf = {
  getItem(slot: string): string | null;
  setItem(slot: string, value: string): void;
  removeItem(slot: string): void;
};

const keySlot = 'parley.key';
const userSlot = 'parley.user';
const conversationsSlot = 'parley.conversations';
const mostConversations = 50;

/** The API key: given to this tab, gone with it. */
export class RememberedKey {
  constructor(readonly shelf: Shelf) {}

  get(): string | undefined {
    return this.shelf.getItem(keySlot) ?? undefined;
  }

  set(key: string): void {
    this.shelf.setItem(keySlot, key);
  }

  forget(): void {
    this.shelf.removeItem(keySlot);
  }
}

/** Under which characters remember whoever uses this browser: made at the first look, and of no other meaning. */
export class RememberedUser {
  #id: string | undefined;

  constructor(
    readonly shelf: Shelf,
    readonly newId: () => string,
  ) {}

  get id(): string {
    this.#id ??= this.shelf.getItem(userSlot) ?? this.#make();
    return this.#id;
  }

  #make(): string {
    const id = `playground-${this.newId()}`;
    this.shelf.setItem(userSlot, id);
    return id;
  }
}

/** The last conversation with each character, by its `character_session_id`. */
export class RememberedConversations {
  constructor(readonly shelf: Shelf) {}

  get(characterId: string): string | undefined {
    return this.#all().find(([id]) => id === characterId)?.[1];
  }

  set(characterId: string, characterSessionId: string): void {
    const others = this.#all().filter(([id]) => id !== characterId);
    const kept = [...others, [characterId, characterSessionId]].slice(-mostConversations);
    this.shelf.setItem(conversationsSlot, JSON.stringify(Object.fromEntries(kept)));
  }

  forget(characterId: string): void {
    const kept = this.#all().filter(([id]) => id !== characterId);
    this.shelf.setItem(conversationsSlot, JSON.stringify(Object.fromEntries(kept)));
  }

  #all(): [string, string][] {
    const stored = parseJson(this.shelf.getItem(conversationsSlot) ?? '{}');
    if (!isObject(stored)) return [];
    return Object.entries(stored).filter((pair): pair is [string, string] => {
      return typeof pair[1] === 'string';
    });
  }
}
