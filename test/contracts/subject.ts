import { afterEach, expect } from 'vitest';
import { ProviderFailed, type ProviderStage } from '../../src/providers/provider-failed.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';
import type { Behaviour } from '../fakes/scripted-stage.ts';

/** A provider opened for one promise, whether real against a scripted server or a fake. */
export type Subject<Provider> = {
  provider: Provider;
  /** The provider's clock; `timeoutMs` of it is more than any of its timeouts. */
  clock: FakeClock;
  timeoutMs: number;
  requests(): number;
  /** Resolves when so many requests have come to the other side, or were given up there. */
  arrived(requests: number): Promise<void>;
  aborted(requests: number): Promise<void>;
  close(): Promise<void>;
};

/** Opens one whose other side behaves like this. */
export type OpenSubject<S extends Subject<unknown>> = (behaviour: Behaviour) => Promise<S>;

/** Wraps an opener so that what it opened is closed after each test. */
export function closedAfterEach<S extends Subject<unknown>>(open: OpenSubject<S>): OpenSubject<S> {
  const opened: S[] = [];
  afterEach(async () => {
    for (const subject of opened.splice(0)) await subject.close();
  });
  return async (behaviour) => {
    const subject = await open(behaviour);
    opened.push(subject);
    return subject;
  };
}

/** Everything that fails before anything useful came. */
export const troubles: Behaviour[] = [
  { kind: 'refuse', status: 400 },
  { kind: 'refuse', status: 401 },
  { kind: 'refuse', status: 404 },
  { kind: 'refuse', status: 429 },
  { kind: 'refuse', status: 500 },
  { kind: 'refuse', status: 503 },
  { kind: 'reset' },
  { kind: 'garbage', body: '<!doctype html><title>Sign in</title>' },
];

/** How a provider has to report a behaviour. */
export function failureFor(stage: ProviderStage, behaviour: Behaviour): ProviderFailed {
  switch (behaviour.kind) {
    case 'refuse':
      return new ProviderFailed(
        stage,
        'refused',
        behaviour.status === 429 || behaviour.status >= 500,
      );
    case 'reset':
      return new ProviderFailed(stage, 'unreachable', true);
    case 'garbage':
      return new ProviderFailed(stage, 'garbage', stage === 'stt');
    case 'breakOff':
      return new ProviderFailed(stage, 'brokeOff', true);
    case 'hang':
    case 'stall':
      return new ProviderFailed(stage, 'timeout', true);
    case 'ok':
    case 'unclosed':
    case 'endless':
      throw new Error(`${behaviour.kind} is no failure`);
  }
}

/** @returns what the promise was rejected with. @throws when it was fulfilled */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (cause) {
    return cause;
  }
  throw new Error('it did not fail');
}

export function expectFailure(thrown: unknown, expected: ProviderFailed): void {
  expect(thrown).toBeInstanceOf(ProviderFailed);
  const { stage, reason, retryable } = expected;
  expect(thrown).toMatchObject({ stage, reason, retryable });
}

export const describeTrouble = (trouble: Behaviour): string =>
  trouble.kind === 'refuse' ? `refuse ${trouble.status}` : trouble.kind;
