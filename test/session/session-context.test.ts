import { describe, expect, it } from 'vitest';
import { ClientContext } from '../../src/protocol/client-context.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import { SessionContext } from '../../src/session/session-context.ts';

const settings = SessionSettings.parse({});

/** A session, and what the server kept of it; as another process would read it. */
function open(before: ClientContext | null = null) {
  const all: ClientContext[] = [];
  const context = new SessionContext(settings, before, (changed) => all.push(changed));
  const kept = () => ClientContext.parse(JSON.parse(JSON.stringify(all.at(-1))));
  return { context, kept, all };
}

describe('what a session keeps for the process that takes it over', () => {
  it('has whose microphone was switched off, each by itself', () => {
    const { context, kept } = open();
    context.noteMuted('human:ann', true);
    context.noteMuted('human:ben', true);
    context.noteMuted('human:ben', false);
    const { context: next } = open(kept());
    expect([next.isMuted('human:ann'), next.isMuted('human:ben')]).toEqual([true, false]);
  });

  it('is stored only when it changes', () => {
    const { context, all } = open();
    context.noteMuted('human:ann', false);
    expect(all).toEqual([]);
  });

  it('counts the processes that had it', () => {
    const { context, kept } = open();
    expect(context.epoch).toBe(1);
    context.noteTakenOver();
    const { context: third } = open(kept());
    third.noteTakenOver();
    expect([context.epoch, third.epoch]).toEqual([2, 3]);
  });
});
