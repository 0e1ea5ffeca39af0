import { describe, expect, it } from 'vitest';
import { ClientContext } from '../../src/protocol/client-context.ts';
import type { Floor } from '../../src/turn/reaction.ts';
import { CommandedSession } from '../fakes/commanded-session.ts';

const torch = { name: 'torch', description: 'on the wall' };
const lever = { name: 'lever', description: 'rusty' };
const contract = {
  actions: ['Take', { value: 'Pull' }],
  objects: [torch, lever],
  characters: [{ name: 'Guard', bio: 'asleep' }],
  current_attention_object: 'torch',
};
const update = (data: Record<string, unknown>) => ({ type: 'context-update', data });

describe('a context-update', () => {
  it('appends, replaces and resets what is known, but not what came with the session', () => {
    const session = new CommandedSession({ dynamic_info: { text: 'Level 5.' } });
    const contents = [
      { text: 'It rains.', run_llm: 'false' },
      { text: 'It is dark.', run_llm: 'false' },
      { text: 'Noon.', mode: 'replace', run_llm: 'false' },
      { mode: 'reset' },
    ].map((data) => session.send(update(data)).extras?.['content']);
    expect(contents).toEqual(['It rains.', 'It rains.\nIt is dark.', 'Noon.', '']);
    expect(session.context.told.staticText).toBe('Level 5.');
    expect(session.send(update({ mode: 'reset', remove_static: true })).extras).toMatchObject({
      token_count: 0,
      revision: 5,
    });
    expect(session.context.told.staticText).toBe('');
  });

  it('counts both parts', () => {
    const session = new CommandedSession({ dynamic_info: { text: 'x'.repeat(400) } });
    expect(session.send(update({ text: 'y'.repeat(800), run_llm: 'false' })).extras).toMatchObject({
      token_count: 300,
      static_token_count: 100,
      runtime_token_count: 200,
      remaining_tokens: 49_700,
    });
  });

  it('over the budget loses the oldest updates without an error, and stays answerable', () => {
    const session = new CommandedSession();
    for (const letter of 'abcdefgh') {
      const text = letter.repeat(50_000);
      const { status, extras } = session.send(update({ text, run_llm: 'false' }));
      expect(status).toBe('success');
      expect(extras?.['runtime_token_count']).toBeLessThanOrEqual(30_000);
      expect(JSON.stringify(extras).length).toBeLessThan(60_000);
    }
    expect(session.context.dynamic.updates.map((text) => text[0])).toEqual(['g', 'h']);
  });

  it('echoes the newest of what a packet does not hold, cut between characters', () => {
    const session = new CommandedSession();
    const { extras } = session.send(update({ text: `${'语'.repeat(20_000)}!`, run_llm: 'false' }));
    expect(extras).toMatchObject({ content_truncated: true });
    expect(extras?.['content']).toMatch(/^语+!$/);
  });

  const inMessage: [string, Floor, string, Record<string, unknown>][] = [
    [
      'auto',
      'idle',
      'Context updated successfully (append mode, run_llm=auto)',
      { llm_triggered: true, actual_run_llm: 'auto' },
    ],
    [
      'true',
      'idle',
      'Context updated successfully (append mode, run_llm=true)',
      { llm_triggered: true, actual_run_llm: 'true' },
    ],
    [
      'false',
      'speaking',
      'Context updated successfully (append mode, run_llm=false)',
      { llm_triggered: false },
    ],
    [
      'true',
      'user',
      'Context updated silently (requested run_llm=true, but user is speaking - bot will respond after user finishes)',
      { llm_triggered: false, actual_run_llm: 'false', downgrade_reason: 'user_speaking' },
    ],
    [
      'auto',
      'speaking',
      'Context updated silently (requested run_llm=auto, downgraded due to bot state: speaking)',
      { llm_triggered: false, downgrade_reason: 'bot_busy' },
    ],
    [
      'true',
      'line',
      'Context updated silently (requested run_llm=true, downgraded due to bot state: speaking)',
      { llm_triggered: false, downgrade_reason: 'bot_busy' },
    ],
    [
      'true',
      'speaking',
      'Context updated with INTERRUPTION (run_llm=true interrupted bot speaking, triggering new response)',
      { llm_triggered: true, interrupted: true },
    ],
  ];
  it.each(inMessage)(
    'with run_llm %s and the floor %s says: %s',
    (run_llm, floor, message, extras) => {
      const session = new CommandedSession();
      session.floor = floor;
      const response = session.send(update({ text: 'It rains.', run_llm }));
      expect(response.message).toBe(message);
      expect(response.extras).toMatchObject({ requested_run_llm: run_llm, ...extras });
      expect('downgrade_reason' in (response.extras ?? {})).toBe('downgrade_reason' in extras);
    },
  );

  it.each([
    [{ run_llm: true }, 'true'],
    [{ run_llm: false, respond_mode: 'must_respond' }, 'false'],
    [{ respond_mode: 'must_respond' }, 'true'],
    [{ respond_mode: 'silent' }, 'false'],
    [{}, 'true'],
  ])('takes the wish to speak from %j, and from the session where it has none', (data, runLlm) => {
    const session = new CommandedSession({ respond_modes: { context_update: 'must_respond' } });
    expect(session.send(update({ text: 'x', ...data })).extras).toMatchObject({
      requested_run_llm: runLlm,
    });
  });

  it('of which nothing could be said makes nobody speak, unless outright asked', () => {
    const session = new CommandedSession({ action_config: contract });
    session.send(update({ current_attention_object: 'lever' }));
    session.send(update({ mode: 'reset' }));
    expect(session.calls.filter((call) => call.startsWith('react'))).toEqual([]);
    session.send(update({ current_attention_object: 'torch', run_llm: 'true' }));
    expect(session.calls.at(-1)).toMatch(/^react\({"text":"","mayAbstain":false}, "always"\)$/);
  });

  it('changes prompts in any case, so that what was begun on a guess is begun anew', () => {
    const session = new CommandedSession({ action_config: contract });
    session.send(update({ current_attention_object: 'lever', run_llm: 'false' }));
    expect(session.calls).toEqual(['contextChanged()']);
    expect(session.context.actionConfig?.current_attention_object).toBe('lever');
  });

  it('replaces only the lists it gives', () => {
    const session = new CommandedSession({ action_config: contract });
    const door = { name: 'door', description: '' };
    const { extras } = session.send(
      update({ text: 'A door appears.', action_config: { objects: [door, torch] } }),
    );
    expect(session.context.actionConfig).toEqual({
      actions: ['Take', 'Pull'],
      objects: [door, torch],
      characters: contract.characters,
      current_attention_object: 'torch',
    });
    expect(extras).toMatchObject({
      action_config_updated: true,
      action_config_created: false,
      actions_count: 2,
      objects_count: 2,
      characters_count: 1,
      current_attention_object: 'torch',
      current_attention_object_cleared: false,
      prompt_rebuild: true,
    });
  });

  it('makes a contract where there was none, and clears lists that are empty', () => {
    const session = new CommandedSession();
    const { extras } = session.send(update({ action_config: { actions: ['Wave'] } }));
    expect(extras).toMatchObject({ action_config_created: true, actions_count: 1 });
    session.send(update({ action_config: { actions: [] } }));
    expect(session.context.actionConfig?.actions).toEqual([]);
  });

  it.each([
    [{ current_attention_object: 'lever' }, 'lever'],
    [{ current_attention_object: { name: 'lever', description: 'x' } }, 'lever'],
    [{ current_attention_object: '' }, null],
    [{ action_config: { currentAttentionObject: 'lever' } }, 'lever'],
    [{ action_config: { current_attention_object: '' } }, null],
    [{ action_config: { objects: [lever] } }, null],
    [{ action_config: { objects: [{ name: 'door' }], current_attention_object: 'door' } }, 'door'],
    [{ action_config: { actions: [] }, current_attention_object: null }, 'torch'],
  ])('with %j leaves the attention on %j', (data, attention) => {
    const session = new CommandedSession({ action_config: contract });
    const { extras } = session.send(update(data));
    expect(session.context.actionConfig?.current_attention_object).toBe(attention);
    expect(extras).toMatchObject({
      current_attention_object: attention,
      current_attention_object_cleared: attention === null,
    });
  });

  it('that is refused changes nothing at all', () => {
    const session = new CommandedSession({ action_config: contract });
    const refused = session.send(
      update({
        text: 'A door.',
        action_config: { actions: [] },
        current_attention_object: 'door',
        update_id: 'u1',
      }),
    );
    expect(refused).toEqual({
      type: 'server-response',
      event_type: 'context-update',
      status: 'error',
      message:
        'Failed to process context-update: current_attention_object must match one of the objects[].name values',
      extras: { update_id: 'u1' },
    });
    expect(session.kept).toEqual([]);
    expect(session.calls).toEqual([]);
  });

  it('is refused when patch upon patch makes the contract too large', () => {
    const session = new CommandedSession();
    const many = Array.from({ length: 12 }, (_, n) => ({
      name: `n${n}`,
      description: 'x'.repeat(4_000),
    }));
    session.send(update({ action_config: { objects: many } }));
    const second = session.send(
      update({
        action_config: {
          characters: many.map(({ name, description }) => ({ name, bio: description })),
        },
      }),
    );
    expect(second).toMatchObject({ status: 'error', message: /too large/ });
    expect(session.context.actionConfig?.characters).toEqual([]);
  });

  it('is applied once under its id', () => {
    const message = { data: { text: 'It rains.', update_id: 'u1' } };
    const session = new CommandedSession();
    expect(session.send({ type: 'context-update', ...message }).extras).toMatchObject({
      update_id: 'u1',
      duplicate: false,
    });
    const again = session.send({ type: 'context-update', ...message });
    expect(again).toMatchObject({
      status: 'success',
      extras: { update_id: 'u1', duplicate: true, content: 'It rains.', revision: 1 },
    });
    expect(session.calls.filter((call) => call.startsWith('react'))).toHaveLength(1);
  });

  it.each([{ data: { update_id: '' } }, { id: '', data: {} }])(
    'is another one each time where its id is empty: %j',
    ({ id, data }) => {
      const session = new CommandedSession();
      for (const text of ['It rains.', 'It snows.']) {
        const message = { type: 'context-update', id, data: { ...data, text } };
        expect(session.send(message).extras).toMatchObject({ duplicate: false });
      }
      expect(session.calls.filter((call) => call.startsWith('react'))).toHaveLength(2);
    },
  );

  it('is another one each time without an id of its own, whatever its message is called', () => {
    const session = new CommandedSession();
    for (const text of ['It rains.', 'It snows.'])
      expect(
        session.send({ type: 'context-update', id: '1', data: { text } }).extras,
      ).toMatchObject({ duplicate: false });
  });

  it('is each client’s own, whatever ids others use', () => {
    const session = new CommandedSession();
    const from = (name: string) => ({ identity: name, speakerId: name, speakerName: null });
    for (const name of ['human:ann', 'human:ben'])
      expect(session.send(update({ text: name, update_id: '1' }), from(name)).extras).toMatchObject(
        { duplicate: false },
      );
    expect(
      session.send(update({ text: 'x', update_id: '1' }), from('human:ben')).extras,
    ).toMatchObject({ duplicate: true });
  });

  it('may be tried again under its id after it was refused', () => {
    const session = new CommandedSession();
    session.send(update({ text: 'x', current_attention_object: 'torch', update_id: 'u1' }));
    expect(session.send(update({ text: 'x', update_id: 'u1' })).extras).toMatchObject({
      duplicate: false,
    });
  });
});

describe('what a client told', () => {
  it('is known to the process that takes the session over, after its way through JSON', () => {
    const settings = { dynamic_info: { text: 'Level 5.' }, action_config: contract };
    const before = new CommandedSession(settings);
    before.send(update({ text: 'It rains.', update_id: 'u1', current_attention_object: 'lever' }));
    before.send({ type: 'update-template-keys', data: { template_keys: { name: 'Ann' } } });
    before.send({ type: 'update-scene-metadata', data: { scene_metadata: [torch] } });
    before.send({ type: 'trigger-message', data: { trigger_message: 'The gate opens.' } });
    before.send({ type: 'tts-toggle', data: { enabled: false } });
    before.send({ type: 'stt-toggle', data: { muted: true } });
    const json: unknown = JSON.parse(JSON.stringify(before.kept.at(-1)));
    const after = new CommandedSession(settings, ClientContext.parse(json));
    expect(after.context.told).toEqual(before.context.told);
    expect(after.context.told).toMatchObject({
      staticText: 'Level 5.',
      updates: ['It rains.'],
      scene: [torch],
      events: ['The gate opens.'],
      templateKeys: { name: 'Ann' },
    });
    expect(after.context.actionConfig).toEqual(before.context.actionConfig);
    expect([after.context.speaking, after.context.hearing]).toEqual([false, false]);
    const again = after.send(update({ text: 'It rains.', update_id: 'u1' }));
    expect(again.extras).toMatchObject({ duplicate: true });
  });

  it('is as at connect where it was never changed', () => {
    const { context } = new CommandedSession({
      default_tts_enabled: false,
      narrative_template_keys: { a: 'b' },
      scene_description: [torch],
    });
    expect(context.told).toMatchObject({ templateKeys: { a: 'b' }, scene: [torch] });
    expect([context.speaking, context.hearing]).toEqual([false, true]);
    expect(context.actionConfig).toBeNull();
  });
});
