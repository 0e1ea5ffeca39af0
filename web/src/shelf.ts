import type { Shelf } from './remembered.ts';

/**
 * A browser's storage, which may be forbidden or full: then the page forgets sooner, and works all the same.
 * @param storage asked for anew each time, because the very asking may throw
 */
export function storageShelf(storage: () => Storage): Shelf {
  return {
    getItem: (slot) => attempt(() => storage().getItem(slot)) ?? null,
    setItem: (slot, value) => {
      attempt(() => storage().setItem(slot, value));
    },
    removeItem: (slot) => {
      attempt(() => storage().removeItem(slot));
    },
  };
}

function attempt<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
