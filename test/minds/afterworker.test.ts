import { afterEach, describe, expect, it } from 'vitest';
import type { Task } from '../../src/memory/afterwork.ts';
import { Afterworker, type AfterworkerDeps } from '../../src/minds/afterworker.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

const task = (conversationId: string): Task => ({
  ...{ workspaceId: 'w', characterId: 'c', conversationId, endUserId: null },
  ...{ kind: 'facts', throughPosition: 0, attempt: 1, untilAt: new Date(0) },
});

describe('Afterworker', () => {
  const opened: Afterworker[] = [];
  afterEach(async () => {
    for (const worker of opened.splice(0)) await worker.close();
  });

  /** @param due conversations that wait to be worked on */
  function open(
    due: string[],
    {
      work = () => Promise.resolve(),
      isBusy = () => false,
      take,
    }: Partial<Pick<AfterworkerDeps, 'work' | 'isBusy'>> & { take?: () => Promise<Task> } = {},
  ) {
    const clock = new FakeClock();
    const story: string[] = [];
    const worker = new Afterworker({
      clock,
      isBusy,
      log: silentLog,
      work: async (of, signal) => {
        story.push(`work ${of.conversationId}`);
        await work(of, signal);
        story.push(`done ${of.conversationId}`);
      },
      afterwork: {
        take: async () => {
          if (take) return take();
          const next = due.shift();
          return next === undefined ? undefined : task(next);
        },
        failed: ({ conversationId }: Task) => {
          story.push(`failed ${conversationId}`);
          return Promise.resolve(true);
        },
        giveBack: ({ conversationId }: Task) => {
          story.push(`gave back ${conversationId}`);
          return Promise.resolve();
        },
      },
    });
    opened.push(worker);
    return { worker, clock, story };
  }

  /** Work that lasts until its signal ends it. */
  const endless = (_of: Task, signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('broken off')));
    });

  it('does one task after the other until none is left', async () => {
    const { story } = open(['a', 'b']);
    await settle();
    expect(story).toEqual(['work a', 'done a', 'work b', 'done b']);
  });

  it('begins at once when it is woken, and looks again by itself', async () => {
    const due: string[] = [];
    const { worker, clock, story } = open(due);
    await settle();
    due.push('a');
    worker.wake();
    await settle();
    expect(story).toEqual(['work a', 'done a']);
    due.push('b');
    await clock.advance(5_000);
    expect(story).toEqual(['work a', 'done a', 'work b', 'done b']);
  });

  it('goes on with the next task when one fails', async () => {
    const work = ({ conversationId }: Task) =>
      conversationId === 'a' ? Promise.reject(new Error('no model')) : Promise.resolve();
    const { story } = open(['a', 'b'], { work });
    await settle();
    expect(story).toEqual(['work a', 'failed a', 'work b', 'done b']);
  });

  it('gives a task up that takes longer than any model may', async () => {
    const { clock, story } = open(['a'], { work: endless });
    await clock.advance(2 * 60_000);
    expect(story).toEqual(['work a', 'failed a']);
  });

  it('lets whoever waits for an answer go first, but not for ever', async () => {
    let isBusy = true;
    const { clock, story } = open(['a', 'b'], { isBusy: () => isBusy });
    await clock.advance(1_000);
    expect(story).toEqual([]);
    isBusy = false;
    await clock.advance(250);
    expect(story).toEqual(['work a', 'done a', 'work b', 'done b']);
    const always = open(['a'], { isBusy: () => true });
    await always.clock.advance(15_000);
    expect(always.story).toEqual(['work a', 'done a']);
  });

  it('gives back what it was doing when it is closed, and does nothing more', async () => {
    const { worker, story } = open(['a', 'b'], { work: endless });
    await settle();
    await worker.close();
    expect(story).toEqual(['work a', 'gave back a']);
  });

  it('tries again when there is no getting at what is to be done', async () => {
    let tries = 0;
    const take = () => {
      tries++;
      return tries === 1 ? Promise.reject(new Error('the database is away')) : endlessTask;
    };
    const endlessTask = new Promise<Task>((resolve) => {
      resolve(task('a'));
    });
    const { clock, story } = open([], { take, work: endless });
    await settle();
    expect(story).toEqual([]);
    await clock.advance(5_000);
    expect(story).toEqual(['work a']);
  });
});
