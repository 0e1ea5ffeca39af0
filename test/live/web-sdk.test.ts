import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { concatenated, silence, spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Chromium } from './support/chromium.ts';
import { SdkPage, serveExample, type Served } from './support/sdk-page.ts';
import { Parley } from './support/server.ts';

const rateHz = 48_000;
const waitMs = 90_000;
/** A microphone that was opened is heard only once its track is in the room. */
const beforeMs = 4_000;
const sessionsPerAgent = 12;
/** Of an interruption, until the page is silent; and how many are tried on a machine that is busy with something else. */
const silentWithinMs = 300;
const mostInterruptions = 8;
const greeting = 'Ahoy, stranger.';
const answer = 'Down the hill, past the mill.';
const longAnswer =
  'The harbour lies below the hill behind the old mill, on the other side of the river. ' +
  'Follow the path until you see the masts. Then ask for the keeper, who knows the rest.';
const Manifest = z.object({
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()),
});

/** The embedded voice, whose sound and face are real; model and recogniser say what the test wants. */
describe('@convai/web-sdk as it comes from npm', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let chromium: Chromium;
  let served: Served;
  let folder: string;
  let characterId: string;
  const pages: SdkPage[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-web-sdk-'));
    provider = await ScriptedProvider.open();
    const words = await spoken('Where is the harbour?', rateHz);
    const microphone = concatenated(silence(beforeMs, rateHz), words, silence(30_000, rateHz));
    [parley, chromium, served] = await Promise.all([
      Parley.start({
        ...{ provider, stages: ['LLM', 'STT'] },
        env: { SESSIONS_PER_AGENT: String(sessionsPerAgent) },
      }),
      Chromium.start(microphone, rateHz),
      serveExample(folder),
    ]);
    characterId = await makeCharacter('');
  });

  beforeEach(() => {
    provider.transcript = () => 'Where is the harbour?';
    provider.reply = () => answer;
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
  });

  afterEach(async () => {
    await Promise.all(pages.splice(0).map(({ page }) => page.close()));
  });

  afterAll(async () => {
    await chromium.close();
    await served.close();
    await parley.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function crafting(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async function makeCharacter(greeting: string): Promise<string> {
    const made = await crafting('/character/create', {
      charName: 'Maren',
      voiceType: '',
      backstory: 'Maren keeps the lighthouse and talks with {player_name}.',
      greeting,
      model_details: { modelPlaceholder: picture },
    });
    return z.object({ charID: z.string() }).parse(made).charID;
  }

  async function open(): Promise<SdkPage> {
    const page = await SdkPage.open(chromium.browser, served.url);
    pages.push(page);
    return page;
  }

  /** A page whose character is there. */
  async function talking(more: object = {}): Promise<SdkPage> {
    const page = await open();
    await page.connect(parley, characterId, more);
    await page.ready();
    return page;
  }

  /** Another client's `/connect`. @returns its status */
  async function asks(body: object): Promise<number> {
    const response = await fetch(`${parley.url}/connect`, {
      method: 'POST',
      headers: { 'x-api-key': parley.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  }

  const asked = () => JSON.stringify(provider.llm.requests.at(-1)?.messages);

  it('is the very version that the example locks', async () => {
    const read = async (file: string) => Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
    const example = await read('examples/web/package.json');
    const installed = await read('node_modules/@convai/web-sdk/package.json');
    expect(example.dependencies['@convai/web-sdk']).toBe(installed.version);
  });

  it('is ready over relays alone, hears the user, and is heard and seen to answer', async () => {
    const page = await open();
    await page.connect(parley, await makeCharacter(greeting));
    await page.ready();
    await page.answered(greeting, 0);
    await page.heard('', 300);
    const routes = await page.routes();
    expect(routes.length).toBeGreaterThan(0);
    for (const route of routes) expect(route).toEqual({ policy: 'relay', local: 'relay' });
    const greeted = await page.framesPlayed();
    expect(greeted).toBeGreaterThan(30);

    provider.llm.pace = { firstMs: 0, pieceMs: 100 };
    await page.page.getByRole('button', { name: 'Microphone' }).click();
    const user = page.bubbles('user-transcription');
    await expect
      .poll(() => user.allTextContents(), { timeout: waitMs })
      .toEqual(['Where is the harbour?']);
    await page.answered(answer, 1);
    await page.heard('microphone', 500);
    // The text was on the page in pieces, each longer than the one before.
    const drafts = (await page.drafts()).filter((text) => answer.startsWith(text.trim()));
    expect(new Set(drafts).size).toBeGreaterThan(2);
    expect(await page.framesPlayed()).toBeGreaterThan(greeted + 60);
    expect(await page.number('mouth')).toBeGreaterThan(4);
  });

  it('leaves no room behind, and goes on with its conversation when it comes back', async () => {
    const page = await talking();
    await page.say('My name is Grace.', answer);
    // LiveKit tells of clients that publish nothing within 3 s, and only of such that it told of that they leave.
    await page.heard('send', 500);
    const session = await page.state.getAttribute('data-session');
    await page.page.getByRole('button', { name: 'Disconnect' }).click();
    await parley.untilGauge('sessions_live', 0);
    expect(await page.state.textContent()).toBe('disconnected');

    await page.page.getByRole('button', { name: 'Reconnect' }).click();
    await page.ready();
    expect(await page.state.getAttribute('data-session')).toBe(session);
    await page.say('What is my name?', answer);
    expect(asked()).toContain('My name is Grace.');
  });

  it('shows what is typed, and keeps every frame of its answer', async () => {
    const page = await talking();
    await page.say('Is there a boat?', answer);
    await page.heard('send', 500);
    expect(await page.bubbles('user-transcription').allTextContents()).toEqual([
      'Is there a boat?',
    ]);
    expect(await page.framesPlayed()).toBeGreaterThan(60);
  });

  it('is silent soon after an interruption, and speaks again', async ({ annotate }) => {
    const page = await talking();
    const silentAfterMs: number[] = [];
    const isQuick = () => silentAfterMs.some((ms) => ms < silentWithinMs);
    for (let again = 1; again <= 3 || (again <= mostInterruptions && !isQuick()); again++) {
      provider.reply = () => longAnswer;
      await page.say(`How do I get there, for the ${again}. time?`, longAnswer);
      const loudMs = () => page.number('loudMsSince("send")');
      await expect.poll(loudMs, { timeout: waitMs, interval: 50 }).toBeGreaterThan(600);
      await page.page.getByRole('button', { name: 'Interrupt' }).click();
      await page.quiet();
      silentAfterMs.push(Math.round(await page.number('lastLoudMsAfter("interrupt")')));
    }
    await annotate(`silent after ${silentAfterMs.join(', ')} ms`);
    // Part of the contract, so a bar and no measurement. The page counts it in samples of what it played: from where its
    // sound was at the click to the last loud one. Load on this machine adds to it and never takes away, so the fastest
    // is what the server needs by itself.
    expect(Math.min(...silentAfterMs)).toBeLessThan(silentWithinMs);
    // What nothing interrupted would have gone on for longer.
    expect(Math.max(...silentAfterMs)).toBeLessThan(5_000);
    provider.reply = () => answer;
    await page.say('Go on.', answer);
    await page.heard('send', 500);
  });

  it('tells the model the template keys and what happens around it', async () => {
    const page = await talking();
    await page.page.locator('#keys [name=json]').fill('{"player_name": "Ada Lovelace"}');
    await page.page.getByRole('button', { name: 'Set template keys' }).click();
    await page.page.locator('#info [name=text]').fill('It has begun to rain.');
    await page.page.getByRole('button', { name: 'Tell it' }).click();
    await page.say('Good evening.', answer);
    expect(asked()).toContain('talks with Ada Lovelace.');
    expect(asked()).toContain('It has begun to rain.');
  });

  it('writes without a voice while that is off, and speaks again when it is on', async () => {
    const page = await talking();
    const voice = page.page.getByRole('checkbox', { name: 'Voice' });
    await voice.uncheck();
    await page.say('Write to me.', answer);
    await page.say('And again.', answer);
    await page.quiet();
    expect(await page.number('loudMsSince("voice")')).toBe(0);
    await voice.check();
    await page.say('Now speak.', answer);
    await page.heard('voice', 500);
  });

  it('shows feelings and actions', async () => {
    const actions = { actions: ['Move To', 'Wave'], characters: [] };
    const objects = [{ name: 'cube', description: 'A red cube' }];
    const page = await talking({
      actionConfig: { ...actions, objects, currentAttentionObject: 'cube' },
    });
    provider.reply = () => 'Sure, on my way! [feel: happy 3] [do: Move To it] [do: Wave]';
    await page.say('Go there and wave.', 'Sure, on my way!');
    await expect
      .poll(() => page.bubbles('action').allTextContents(), { timeout: waitMs })
      .toEqual(['Actions: Move To cube, Wave']);
    expect((await page.page.locator('#emotion').textContent())?.trim()).toBe('joy 3');
    expect(await page.bubbles('bot-emotion').count()).toBe(0);
  });

  it('reads why it was refused', async () => {
    const page = await open();
    const refusedWith = (text: string | RegExp) =>
      expect.poll(() => page.error.textContent(), { timeout: waitMs }).toMatch(text);
    await page.connect(parley, characterId, {}, 'a-wrong-key');
    await refusedWith('API key is not valid.');
    await page.connect(parley, '00000000-0000-4000-8000-000000000000');
    await refusedWith("Character not found or doesn't belong to user");
    await page.connect(parley, characterId, { characterSessionId: 'x'.repeat(300) });
    await refusedWith('character_session_id');
  });

  it('reads that a room is full', async () => {
    const first = await open();
    const second = await open();
    // What the SDK has no words for, as a studio's own gateway adds it.
    const shared = { shared_session_key: 'the-table', max_num_participants: 1 };
    for (const { page } of [first, second])
      await page.route(`${parley.url}/connect`, async (route) => {
        const body = z.record(z.string(), z.unknown()).parse(route.request().postDataJSON());
        await route.continue({ postData: JSON.stringify({ ...body, ...shared }) });
      });
    await first.connect(parley, characterId);
    await first.ready();
    await second.connect(parley, characterId);
    await expect.poll(() => second.error.textContent(), { timeout: waitMs }).toMatch(/full/);
  });

  it('reads every other documented refusal in its words', async () => {
    const page = await open();
    let change: Change = {};
    await page.page.route(`${parley.url}/connect`, async (route) => {
      const request = route.request();
      const body = z.record(z.string(), z.unknown()).parse(request.postDataJSON());
      await route.continue({
        headers: { ...request.headers(), ...change.headers },
        postData: JSON.stringify({ ...body, ...change.body }),
      });
    });
    const refused = async (
      given: Change,
      status: number,
      words: string | RegExp,
      { key = parley.apiKey, character = characterId } = {},
    ) => {
      change = given;
      const answered = page.page.waitForResponse(
        (response) => response.url().endsWith('/connect') && response.request().method() === 'POST',
      );
      await page.connect(parley, character, {}, key);
      expect((await answered).status()).toBe(status);
      await expect.poll(() => page.error.textContent(), { timeout: waitMs }).toMatch(words);
    };
    const nobody = { character_id: undefined, mode: 'join', shared_session_key: 'of-nobody' };
    await refused({ headers: { 'x-api-key': '' } }, 401, /key/i);
    await refused({ body: nobody }, 404, 'There is no such room to join.');
    const cast = Array.from({ length: 9 }, () => ({ character_id: characterId }));
    await refused(
      { body: { character_id: undefined, characters: cast, end_user_id: 'ann' } },
      403,
      'A room holds at most 8 characters here.',
    );
    await refused({ body: { pad: 'x'.repeat(2_000_000) } }, 413, /larger than \d+ bytes/);
    await refused({ headers: { 'content-type': 'text/plain' } }, 415, /JSON/);

    // Two rooms of one key; who joins does not say which.
    const shared = { shared_session_key: 'of-two', max_num_participants: 2 };
    for (const character_id of [characterId, await makeCharacter('')])
      expect(await asks({ character_id, ...shared })).toBe(200);
    await refused(
      { body: { ...nobody, ...shared } },
      409,
      'The key is used with several characters',
    );

    const cli = [resolve('dist/src/keys-cli.js'), 'create', 'game', '--max-minutes-per-day', '0'];
    const { stdout } = await promisify(execFile)(process.execPath, cli, {
      env: { PATH: process.env['PATH'], PARLEY_DATA_DIR: parley.dataDir },
    });
    const key = stdout.trim();
    const [own] = await parley.characters(key);
    await refused({}, 429, /minutes/, { key, character: own?.id ?? '' });
  });

  it('knows a user again, and what its widget shows, from its own server', async () => {
    const page = await open();
    const elsewhere: string[] = [];
    page.page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') elsewhere.push(request.url());
    });
    await page.connect(parley, characterId, { endUserId: 'device-7' });
    await page.ready();
    const listed = await crafting('/user/speaker/list', {});
    expect(JSON.stringify(listed)).toContain('device-7');
    await page.page.getByRole('button', { name: "The SDK's widget" }).click();
    const widget = page.page.locator('.convai-widget');
    await widget.click({ position: { x: 20, y: 20 } });
    await widget.getByText('Maren').first().waitFor({ timeout: waitMs });
    await widget
      .locator(`img[src="${picture}"]`)
      .first()
      .waitFor({ state: 'attached', timeout: waitMs });
    expect(elsewhere).toEqual([]);
  });

  // The last one: what it claims stays claimed.
  it('reads that every agent is busy', async () => {
    const page = await open();
    const takeAll = async () => {
      let status = 200;
      for (let asked = 0; status === 200 && asked < 2 * sessionsPerAgent; asked++)
        status = await asks({ character_id: characterId });
      expect(status).toBe(503);
    };
    const outcome = async () =>
      (await page.state.getAttribute('data-ready')) === 'true' ? 'ready' : page.error.textContent();
    // A place that the tests before had claimed may become free in between: then it is the page's, which asks again.
    for (let told: string | null = 'ready'; told === 'ready';) {
      await takeAll();
      await page.page.reload();
      await page.connect(parley, characterId);
      await expect.poll(outcome, { timeout: waitMs }).toMatch(/./);
      told = await outcome();
      if (told !== 'ready') expect(told).toContain('Every voice agent is busy. Try again soon.');
    }
  });
});

/** What a studio's own gateway makes of a request of the SDK, which has no words for it. */
type Change = { headers?: Record<string, string>; body?: Record<string, unknown> };

/** One grey pixel. */
const picture =
  'data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==';
