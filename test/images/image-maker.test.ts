import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WrittenTurns } from '../../src/chats/written-turns.ts';
import { ImageMaker } from '../../src/images/image-maker.ts';
import { ImageWork, mostAttempts } from '../../src/images/image-work.ts';
import type { Images, Made } from '../../src/providers/images/images.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aTurn, Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { onePixel } from '../fakes/scripted-provider.ts';

const pixel: Made = { kind: 'bytes', bytes: onePixel, type: 'image/png' };

/** Draws what it is told to, one step a call; `hang` until it is aborted. */
class ScriptedImages implements Images {
  readonly prompts: string[] = [];
  readonly aborted: unknown[] = [];
  #onAsked: () => void = () => undefined;

  constructor(private readonly steps: (Made | Error | 'hang')[]) {}

  /** Resolves at the next call. */
  asked(): Promise<void> {
    return new Promise((done) => {
      this.#onAsked = done;
    });
  }

  make(prompt: string, { signal }: { signal: AbortSignal }): Promise<Made> {
    this.prompts.push(prompt);
    const step = this.steps.shift() ?? pixel;
    this.#onAsked();
    if (step instanceof Error) return Promise.reject(step);
    if (step !== 'hang') return Promise.resolve(step);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        this.aborted.push(signal.reason);
        reject(new Error('aborted'));
      });
    });
  }
}

describe('who draws', () => {
  let storage: Storage;
  const makers: ImageMaker[] = [];
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterEach(async () => {
    for (const maker of makers.splice(0)) await maker.close();
  });
  afterAll(() => storage.database.close());

  function start(...steps: (Made | Error | 'hang')[]) {
    const { clock } = storage;
    const provider = new ScriptedImages(steps);
    const work = new ImageWork({ db: storage.database.db, clock }, () => {
      maker.wake();
    });
    const maker: ImageMaker = new ImageMaker({
      ...{ work, provider, clock, log: silentLog, random: () => 1 },
    });
    makers.push(maker);
    return { provider, work, maker };
  }
  const wish = async (work: ImageWork) => {
    const of = await storage.conversation();
    const turn = aTurn({ origin: 'text' });
    await new WrittenTurns(storage.database.db).keep(of, turn);
    await work.add({ workspaceId: of.workspaceId, turnId: turn.id, prompt: 'a horse' });
    work.wake();
    return () => work.find(of.workspaceId, turn.id);
  };
  /** Time passes until it is as wanted. */
  const until = async (find: Awaited<ReturnType<typeof wish>>, state: string) => {
    for (let step = 0; step < 2_000; step++) {
      const job = await find();
      if (job?.state === state) return job;
      await storage.clock.advance(100);
    }
    throw new Error(`it never became ${state}: ${JSON.stringify(await find())}`);
  };

  it('draws what is wished for at once', async () => {
    const { provider, work } = start();
    const find = await wish(work);
    expect((await until(find, 'done')).imageId).not.toBeNull();
    expect(provider.prompts).toEqual(['a horse']);
  });

  it('tries again when it may pass, and says why it gave up', async () => {
    const failed = new ProviderFailed('images', 'timeout', true);
    const { provider, work } = start(...Array.from({ length: mostAttempts }, () => failed));
    const job = await until(await wish(work), 'failed');
    expect(provider.prompts).toHaveLength(mostAttempts);
    expect(job.fault).toBe('The images endpoint took too long.');
  });

  it('does not ask twice for what was refused', async () => {
    const { provider, work } = start(new ProviderFailed('images', 'refused', false));
    const job = await until(await wish(work), 'failed');
    expect(provider.prompts).toHaveLength(1);
    expect(job.fault).toMatch(/refused/);
  });

  it('leaves to the next start what it was drawing when it was closed', async () => {
    const first = start('hang');
    const asked = first.provider.asked();
    const find = await wish(first.work);
    await asked;
    await first.maker.close();
    expect(first.provider.aborted).toHaveLength(1);
    expect(await find()).toMatchObject({ state: 'waiting' });
    start();
    await until(find, 'done');
  });

  it('gives up what ends the server each time', async () => {
    const work = new ImageWork({ db: storage.database.db, clock: storage.clock });
    const find = await wish(work);
    for (let n = 0; n <= mostAttempts; n++) {
      await work.releaseAll();
      if (n < mostAttempts) await work.claim();
    }
    const { provider } = start();
    expect((await until(find, 'failed')).fault).toBe('Drawing it was given up.');
    expect(provider.prompts).toEqual([]);
  });
});
