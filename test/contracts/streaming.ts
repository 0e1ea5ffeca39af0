import { expect, it } from 'vitest';
import type { ProviderStage } from '../../src/providers/provider-failed.ts';
import {
  describeTrouble,
  expectFailure,
  failureFor,
  rejection,
  troubles,
  type OpenSubject,
  type Subject,
} from './subject.ts';

/** What models and voices promise alike, as streams that someone may not want to the end. */
export function streamingPromises<Provider, Piece>(
  stage: ProviderStage,
  open: OpenSubject<Subject<Provider>>,
  start: (provider: Provider, signal: AbortSignal) => AsyncGenerator<Piece, void>,
): void {
  const signal = new AbortController().signal;

  it('asks nobody when aborted already', async () => {
    const subject = await open({ kind: 'ok' });
    const reason = new Error('changed my mind');
    const stream = start(subject.provider, AbortSignal.abort(reason));
    expect(await rejection(stream.next())).toBe(reason);
    expect(subject.requests()).toBe(0);
  });

  it('ends the request when aborted before the first piece, and throws the reason', async () => {
    const subject = await open({ kind: 'hang' });
    const abort = new AbortController();
    const reason = new Error('barge-in');
    const next = rejection(start(subject.provider, abort.signal).next());
    await subject.arrived(1);
    abort.abort(reason);
    expect(await next).toBe(reason);
    await subject.aborted(1);
  });

  it('ends the request when aborted between pieces, and throws the reason', async () => {
    const subject = await open({ kind: 'stall', afterPieces: 1 });
    const abort = new AbortController();
    const reason = new Error('barge-in');
    const stream = start(subject.provider, abort.signal);
    expect((await stream.next()).done).toBe(false);
    const next = rejection(stream.next());
    abort.abort(reason);
    expect(await next).toBe(reason);
    await subject.aborted(1);
  });

  it('ends the request when nobody wants more of it', async () => {
    const subject = await open({ kind: 'stall', afterPieces: 1 });
    for await (const piece of start(subject.provider, signal)) {
      expect(piece).toBeDefined();
      break;
    }
    await subject.aborted(1);
    expect(subject.clock.pending).toBe(0);
  });

  it('gives a silent provider up after its time', async () => {
    const subject = await open({ kind: 'hang' });
    const next = rejection(start(subject.provider, signal).next());
    await subject.arrived(1);
    await subject.clock.advance(subject.timeoutMs);
    expectFailure(await next, failureFor(stage, { kind: 'hang' }));
    await subject.aborted(1);
  });

  it('gives a provider up that falls silent in its answer', async () => {
    const behaviour = { kind: 'stall', afterPieces: 1 } as const;
    const subject = await open(behaviour);
    const stream = start(subject.provider, signal);
    expect((await stream.next()).done).toBe(false);
    const next = rejection(stream.next());
    await subject.clock.advance(subject.timeoutMs);
    expectFailure(await next, failureFor(stage, behaviour));
  });

  it.each(troubles.map((trouble) => ({ trouble, what: describeTrouble(trouble) })))(
    'says what went wrong and whether to try again: $what',
    async ({ trouble }) => {
      const { provider } = await open(trouble);
      const next = rejection(start(provider, signal).next());
      expectFailure(await next, failureFor(stage, trouble));
    },
  );

  it('hands out what came before the connection broke, then says that it broke', async () => {
    const behaviour = { kind: 'breakOff', afterPieces: 1, by: 'reset' } as const;
    const subject = await open(behaviour);
    const stream = start(subject.provider, signal);
    expect((await stream.next()).done).toBe(false);
    expectFailure(await rejection(stream.next()), failureFor(stage, behaviour));
    expect(subject.clock.pending).toBe(0);
  });

  it('leaves no timer behind', async () => {
    const subject = await open({ kind: 'ok' });
    for await (const piece of start(subject.provider, signal)) expect(piece).toBeDefined();
    expect(subject.clock.pending).toBe(0);
  });
}
