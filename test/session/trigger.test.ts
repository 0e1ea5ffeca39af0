import { describe, expect, it } from 'vitest';
import { CommandedSession } from '../fakes/commanded-session.ts';

const trigger = (data: Record<string, unknown>) => ({ type: 'trigger-message', data });

describe('a trigger', () => {
  it('is spoken about, and known of afterwards', () => {
    const session = new CommandedSession();
    session.send(trigger({ trigger_name: 'door', trigger_message: 'The player comes in.' }));
    expect(session.calls).toEqual([
      'contextChanged()',
      'react({"text":"The player comes in.","mayAbstain":false}, "always")',
    ]);
    expect(session.context.told.events).toEqual(['The player comes in.']);
  });

  it('with a name alone is spoken about by its name', () => {
    const session = new CommandedSession();
    session.send(trigger({ trigger_name: 'door opens' }));
    expect(session.calls.at(-1)).toContain('"door opens"');
  });

  it('with a speak tag is said word for word, template keys filled in', () => {
    const session = new CommandedSession({ narrative_template_keys: { name: 'Ann' } });
    session.send(trigger({ trigger_message: 'Now: <speak>Welcome, {name}.</speak>' }));
    expect(session.calls).toEqual(['say("Welcome, Ann.")']);
  });

  it.each([
    ['silent', [], 'Trigger message processed without response'],
    ['auto', ['react({"text":"x","mayAbstain":true}, "whenIdle")'], undefined],
    ['must_respond', ['react({"text":"x","mayAbstain":false}, "always")'], undefined],
  ])('with the respond mode %s asks for %j', (mode, calls, message) => {
    const session = new CommandedSession({ respond_modes: { trigger: mode } });
    expect(session.send(trigger({ trigger_message: 'x' })).message).toBe(message);
    expect(session.calls.slice(1)).toEqual(calls);
  });

  it('is one of few that are kept, and short', () => {
    const session = new CommandedSession();
    for (let n = 0; n < 100; n++)
      session.send(trigger({ trigger_message: `${n} ${'x'.repeat(7_000)}` }));
    const { events } = session.context.told;
    expect(events).toHaveLength(10);
    expect(events.at(-1)).toMatch(/^99 /);
    expect(events.join('').length).toBeLessThanOrEqual(20_000);
  });
});

describe('a client', () => {
  it('replaces all template keys', () => {
    const session = new CommandedSession({ narrative_template_keys: { a: '1', b: '2' } });
    session.send({ type: 'update-template-keys', data: { template_keys: { b: 3 } } });
    expect(session.context.told.templateKeys).toEqual({ b: '3' });
  });

  it('describes its scene without granting actions, and silently', () => {
    const session = new CommandedSession();
    session.send({ type: 'update-scene-metadata', data: { scene_metadata: [{ name: 'chest' }] } });
    expect(session.context.told.scene).toEqual([{ name: 'chest', description: '' }]);
    expect(session.context.actionConfig).toBeNull();
    expect(session.calls).toEqual(['contextChanged()']);
  });

  it('adds to what is known, silently', () => {
    const session = new CommandedSession();
    for (const text of ['Health is 50.', 'Health is 30.'])
      session.send({ type: 'update-dynamic-info', data: { dynamic_info: { text } } });
    expect(session.context.told.updates).toEqual(['Health is 50.', 'Health is 30.']);
    expect(session.calls).toEqual(['contextChanged()', 'contextChanged()']);
  });

  it('ends the session', () => {
    const session = new CommandedSession();
    expect(session.send({ type: 'kill-pipeline' }).status).toBe('success');
    expect(session.ends).toEqual(['killed']);
  });
});
