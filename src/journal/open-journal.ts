import { once } from 'node:events';
import { Journal } from './journal.ts';
import type { JournalSettings } from './journal-settings.ts';

/**
 * Opens the journal and waits until the server took us in, as long as that takes.
 * @throws the signal's reason when it is aborted first
 */
export async function openJournal(settings: JournalSettings): Promise<Journal> {
  const journal = new Journal(settings);
  try {
    await once(journal.events, 'welcome', settings.signal ? { signal: settings.signal } : {});
    return journal;
  } catch (cause) {
    await journal.close();
    throw cause;
  }
}
