import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { silence } from '../fakes/espeak.ts';
import { Chromium } from './support/chromium.ts';
import { Parley } from './support/server.ts';

const waitMs = 120_000;
const phone = { width: 390, height: 780 };

describe('the character editor of the playground, in a real browser', () => {
  let parley: Parley;
  let chromium: Chromium;
  let page: Page;

  beforeAll(async () => {
    [parley, chromium] = await Promise.all([
      Parley.start(),
      Chromium.start(silence(60_000, 48_000), 48_000),
    ]);
    page = await chromium.browser.newPage();
    page.setDefaultTimeout(waitMs);
    await page.goto(`${parley.url}/`);
  });

  afterAll(async () => {
    await chromium.close();
    await parley.close();
  });

  const at = (testId: string) => page.getByTestId(testId);
  const press = (testId: string) => at(testId).first().click();
  /** What the server has of the character that is being edited. */
  const onServer = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': parley.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  };

  it('makes a character: a backstory that is written as one watches, and a voice that is heard', async () => {
    await press('new-character');
    await at('name').fill('Tilda');
    await at('backstory-wish').fill('Keeps the harbour office. Dry humour.');
    await press('backstory-write');
    await at('backstory-status').filter({ hasText: 'Written' }).waitFor();
    expect(await at('backstory').inputValue()).toContain('Tilda');
    // So long that it still speaks when a busy browser looks.
    await at('voice-sentence').fill(
      'This is how I sound, and I have a lot to say. '.repeat(6).trim(),
    );
    await press('voice-play');
    await page.locator('[data-preview="playing"]').waitFor();
    await press('voice-stop');
    await page.locator('[data-preview="silent"]').waitFor();
    await press('save');
    await at('studio-status')
      .filter({ hasText: /^Saved/ })
      .waitFor();
    expect(await onServer('/character/get', { charName: 'Tilda' })).toMatchObject({
      backstory: await at('backstory').inputValue(),
    });
  });

  it('takes a document, and says when it can be searched, or why not', async () => {
    const text = (name: string, words: string) => ({
      ...{ name, mimeType: 'text/plain' },
      buffer: Buffer.from(words),
    });
    await at('document-input').setInputFiles([
      text('ferries.txt', 'The ferry to Ostrey costs nine crowns.'),
      text('picture.png', 'not a picture'),
    ]);
    const ready = at('document').filter({ hasText: 'ferries.txt' });
    await ready.and(page.locator('[data-state="ready"]')).waitFor();
    await expect.poll(() => ready.getByTestId('document-connected').isChecked()).toBe(true);
    const refused = at('upload').filter({ hasText: 'picture.png' });
    await refused.and(page.locator('[data-state="failed"]')).waitFor();
    expect(await refused.textContent()).not.toContain('undefined');
  });

  it('shows what the character remembers of a talk, with the words it was drawn from, and erases it', async () => {
    await press('studio-back');
    await at('with-microphone').uncheck();
    await press('connect');
    await page.locator('[data-testid="status"][data-status="live"]').waitFor();
    await at('text').fill('My dog is called Rex.');
    await press('send');
    await at('character-text').filter({ hasText: /\w/ }).last().waitFor();
    await page.locator('[data-testid="turn-timing"]').last().waitFor();
    await press('end');
    await press('after-leave');
    await press('edit-character');
    await at('fact-text').filter({ hasText: 'Rex' }).waitFor();
    await at('fact-source').locator('summary').click();
    await at('fact-said').filter({ hasText: 'My dog is called Rex.' }).waitFor();
    await press('fact-edit');
    await at('fact-input').fill('The dog is called Rex the Second.');
    await press('fact-save');
    await at('fact-text').filter({ hasText: 'the Second' }).waitFor();
    await press('facts-erase');
    await press('confirm-yes');
    await at('facts-status').filter({ hasText: 'Nothing yet' }).waitFor();
    expect(await at('fact').count()).toBe(0);
  });

  it('says so when somebody else was first, and keeps what both have changed', async () => {
    await at('greeting').fill('Welcome to the office.');
    const found = await onServer('/character/get', { charName: 'Tilda' });
    const { character_id: charID } = z.object({ character_id: z.string() }).parse(found);
    await onServer('/character/update', { charID, boundaries: 'Never speak of the storm.' });
    await press('save');
    await at('conflict').filter({ hasText: 'boundaries' }).waitFor();
    await press('conflict-overwrite');
    await at('studio-status')
      .filter({ hasText: /^Saved/ })
      .waitFor();
    expect(await onServer('/character/get', { charID })).toMatchObject({
      greeting: 'Welcome to the office.',
      boundaries: 'Never speak of the storm.',
    });
  });

  it('copies and deletes, and fits on a phone', async () => {
    await page.setViewportSize(phone);
    const overflow = await page.evaluate(
      "document.querySelector('.studio').scrollWidth - document.querySelector('.studio').clientWidth",
    );
    expect(overflow).toBe(0);
    await press('clone');
    await at('studio-status').filter({ hasText: 'copy' }).waitFor();
    await at('document').filter({ hasText: 'ferries.txt' }).waitFor();
    expect(await at('document').count()).toBe(1);
    await press('delete-character');
    await press('confirm-yes');
    await at('edit-character').waitFor();
    expect((await parley.characters()).filter(({ name }) => name === 'Tilda')).toHaveLength(1);
  });
});
