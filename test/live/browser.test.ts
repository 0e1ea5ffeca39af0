import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatenated, silence, spoken } from '../fakes/espeak.ts';
import { Chromium } from './support/chromium.ts';
import { Parley } from './support/server.ts';

const rateHz = 48_000;
const question = 'what is your name';
/** Chromium begins to play the file when the microphone opens; the greeting is over by then, or is interrupted. */
const beforeMs = 9_000;
/** Said again after that for a server that was not there yet, or did not understand: a busy machine loses sound. */
const againMs = 25_000;
const waitMs = 120_000;

describe('the playground in a real browser', () => {
  let parley: Parley;
  let chromium: Chromium;

  beforeAll(async () => {
    const words = await spoken(question, rateHz);
    const again = [silence(againMs, rateHz), words];
    const pieces = [silence(beforeMs, rateHz), words, ...again, ...again];
    const microphone = concatenated(...pieces, silence(60_000, rateHz));
    // As whoever starts it for the first time has it: with nothing in its folder.
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-live-'));
    [parley, chromium] = await Promise.all([
      Parley.start({ dataDir }),
      Chromium.start(microphone, rateHz),
    ]);
  });

  afterAll(async () => {
    await chromium.close();
    await parley.close();
  });

  async function open(path = ''): Promise<Page> {
    const page = await chromium.browser.newPage();
    page.setDefaultTimeout(waitMs);
    await page.goto(`${parley.url}/${path}`);
    return page;
  }

  const attribute = (page: Page, testId: string, name: string) =>
    page.getByTestId(testId).first().getAttribute(name);

  it('connects without a key, shows what was said and what is answered, and is really heard', async () => {
    const page = await open();
    const html = await page.content();
    expect(html).not.toContain(parley.apiKey);
    await page.getByTestId('connect').click();
    await expect
      .poll(() => attribute(page, 'status', 'data-status'), { timeout: waitMs })
      .toBe('live');

    const mouth = () => attribute(page, 'mouth', 'd');
    const atRest = await mouth();
    await expect.poll(mouth, { timeout: waitMs }).not.toBe(atRest);

    const said = page.getByTestId('entry-user').getByTestId('user-text');
    await said.filter({ hasText: 'name' }).first().waitFor({ timeout: waitMs });
    const texts = page.getByTestId('entry-character').getByTestId('character-text');
    const answers = async () => (await texts.allTextContents()).slice(1).join('\n');
    await expect.poll(answers, { timeout: waitMs }).toMatch(/Maren/);
    // RMS of what the browser received: digital silence is 0, speech is far above.
    await expect
      .poll(async () => Number(await attribute(page, 'level-character', 'data-peak')), {
        timeout: waitMs,
      })
      .toBeGreaterThan(0.02);
    await page.getByTestId('turn-timing').first().waitFor({ timeout: waitMs });
    await page.close();
    await parley.untilGauge('sessions_live', 0);
  });

  it('takes typed words, and continues the conversation after a new start of the page', async () => {
    const page = await open();
    await page.getByTestId('with-microphone').uncheck();
    await page.getByTestId('connect').click();
    await expect
      .poll(() => attribute(page, 'status', 'data-status'), { timeout: waitMs })
      .toBe('live');
    await page.getByTestId('text').fill('Where do you live?');
    await page.getByTestId('send').click();
    const answered = page.getByTestId('entry-character').last().getByTestId('character-text');
    await expect.poll(() => answered.textContent(), { timeout: waitMs }).toMatch(/lighthouse/);
    await page.getByTestId('end').click();
    await page.getByTestId('after-continue').click();
    await expect
      .poll(() => attribute(page, 'status', 'data-status'), { timeout: waitMs })
      .toBe('live');
    await page.close();
  });
});
