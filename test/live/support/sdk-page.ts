import { resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { build, preview } from 'vite';
import { expect } from 'vitest';
import * as z from 'zod';
import type { Parley } from './server.ts';

const waitMs = 90_000;
const root = resolve('examples/web');
const Routes = z.array(z.object({ policy: z.string(), local: z.string() }));

export type Served = { url: string; close(): Promise<void> };

/** examples/web as its own `npm run build` makes it, from an origin of its own. @param outDir for what is built */
export async function serveExample(outDir: string): Promise<Served> {
  const quietly = { root, logLevel: 'warn' } as const;
  await build({ ...quietly, build: { outDir, emptyOutDir: true } });
  const server = await preview({
    ...quietly,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('the example is not served');
  return { url, close: () => server.close() };
}

/** examples/web in a browser, and what a user sees and hears of it. */
export class SdkPage {
  private constructor(readonly page: Page) {}

  static async open(browser: Browser, url: string): Promise<SdkPage> {
    const page = await browser.newPage();
    page.setDefaultTimeout(waitMs);
    await page.addInitScript({ path: resolve('test/live/support/page-probe.js') });
    await page.goto(url);
    return new SdkPage(page);
  }

  /** Fills the form in and submits it. @param more of the SDK's configuration */
  async connect(parley: Parley, characterId: string, more: object = {}, key = parley.apiKey) {
    const { page } = this;
    await page.locator('[name=url]').fill(parley.url);
    await page.locator('[name=key]').fill(key);
    await page.locator('[name=character]').fill(characterId);
    const additions = page.locator('[name=more]');
    if (!(await additions.isVisible())) await page.locator('summary').click();
    await additions.fill(JSON.stringify(more));
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  }

  /** Waits until the character is there and the page's <audio> element plays, and listens to that. */
  async ready(): Promise<void> {
    await expect
      .poll(() => this.state.getAttribute('data-ready'), { timeout: waitMs })
      .toBe('true');
    await expect.poll(() => this.page.evaluate('probe.listen()'), { timeout: waitMs }).toBe(true);
  }

  /** Waits until so much sound came since the last click on an element (of no id: at all), then until it is over. */
  async heard(id: string, leastMs: number): Promise<void> {
    const loudMs = () => this.number(`loudMsSince("${id}")`);
    await expect.poll(loudMs, { timeout: waitMs, interval: 50 }).toBeGreaterThan(leastMs);
    await this.quiet();
  }

  /** Waits until nothing is said any more, and every frame of the face that was kept has been played. */
  async quiet(): Promise<void> {
    const resting = async () =>
      (await this.state.textContent()) === 'connected' && (await this.number('quietMs()')) > 500;
    await expect.poll(resting, { timeout: waitMs }).toBe(true);
  }

  /** Types a text, and waits until its answer stands in the chat. */
  async say(text: string, answer: string): Promise<void> {
    const before = await this.bubbles('bot-llm-text').count();
    await this.page.locator('#words').fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
    await this.answered(answer, before);
  }

  /** Waits until there is an answer after the first so many, and it reads so. */
  async answered(answer: string, after: number): Promise<void> {
    const newest = this.bubbles('bot-llm-text').nth(after);
    await expect.poll(() => textOf(newest), { timeout: waitMs }).toBe(answer);
  }

  get state(): Locator {
    return this.page.locator('#state');
  }

  get error(): Locator {
    return this.page.locator('#error');
  }

  /** The SDK's chat messages of one type. */
  bubbles(type: string): Locator {
    return this.page.locator(`#chat li[data-type="${type}"]`);
  }

  /** Waits until every frame of the face that was received has been played. @returns how many those are */
  async framesPlayed(): Promise<number> {
    const left = async () => {
      const { played, received } = await this.frames();
      return received - played;
    };
    await expect.poll(left, { timeout: waitMs }).toBe(0);
    return (await this.frames()).received;
  }

  async frames(): Promise<{ played: number; received: number }> {
    const [played, received] = ((await textOf(this.page.locator('#frames'))) ?? '').split(' / ');
    return { played: Number(played), received: Number(received) };
  }

  async routes(): Promise<z.infer<typeof Routes>> {
    return Routes.parse(await this.page.evaluate('probe.routes()'));
  }

  /** @param expression of test/live/support/page-probe.js */
  async number(expression: string): Promise<number> {
    return z.number().parse(await this.page.evaluate(`probe.${expression}`));
  }

  async drafts(): Promise<string[]> {
    return z.array(z.string()).parse(await this.page.evaluate('probe.drafts'));
  }
}

async function textOf(locator: Locator): Promise<string | undefined> {
  return (await locator.count()) === 0 ? undefined : ((await locator.textContent()) ?? '').trim();
}
