import { afterEach, describe, expect, it } from 'vitest';
import { ToolDesk } from '../../src/pipeline/tool-desk.ts';
import type { ToolCallRecord } from '../../src/protocol/turn-record.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { ScriptedTools } from '../fakes/scripted-tools.ts';
import { Scene } from './scene.ts';

const weather = { name: 'get_weather', json: '{"city":"Oslo"}' };
const order = { name: 'order_coffee', json: '{"cups":1}' };
const sameOrder = { name: 'order_coffee', json: ' { "cups" : 1 } ' };

describe('functions that a character calls', () => {
  let scene: Scene;
  let tools: ScriptedTools;
  let desk: ToolDesk;
  const open = (past: ToolCallRecord[] = []) => {
    const clock = new FakeClock();
    tools = new ScriptedTools(clock, {
      get_weather: { isRepeatable: true },
      order_coffee: { isRepeatable: false },
    });
    desk = new ToolDesk(tools, { clock, log: silentLog }, past);
    scene = new Scene({ clock, desk });
  };
  afterEach(async () => {
    await scene.end();
    await desk.close();
  });
  const written = () =>
    scene.events.flatMap((event) => (event.kind === 'replyText' ? [event.text] : [])).join('');
  const lastMessages = () => scene.llm.log.calls.at(-1)?.input.messages ?? [];

  it('are called, and the answer is made of what they returned, quoted', async () => {
    open();
    scene.llm.script.from(
      { pieces: [], calls: [weather] },
      { pieces: 'It is four degrees in Oslo.' },
    );
    scene.conversation.type('How is the weather?');
    await scene.clock.advance(9_000);
    expect(tools.calls).toEqual(['get_weather {"city":"Oslo"}']);
    expect(written()).toBe('It is four degrees in Oslo.');
    expect(lastMessages().at(-2)).toMatchObject({ role: 'assistant', toolCalls: [weather] });
    expect(lastMessages().at(-1)).toMatchObject({
      role: 'tool',
      content: expect.stringContaining('> {"temp": 4}') as unknown,
    });
    expect(scene.completed().at(-1)?.toolCalls).toEqual([
      { ...weather, isRepeatable: true, ok: true, result: '{"temp": 4}' },
    ]);
  });

  it.each([
    [200, false],
    [3_000, true],
  ])('that take %i ms are talked about meanwhile: %s', async (tookMs, isFilled) => {
    open();
    tools.tookMs = tookMs;
    scene.llm.script.from({ pieces: [], calls: [weather] }, { pieces: 'Four degrees.' });
    scene.conversation.type('How is the weather?');
    await scene.clock.advance(15_000);
    expect(written()).toBe(isFilled ? 'One moment, let me look. Four degrees.' : 'Four degrees.');
  });

  it('have the error told to the model and not to the user', async () => {
    open();
    tools.outcome = { ok: false, text: 'status 500: stack trace' };
    scene.llm.script.from({ pieces: [], calls: [weather] }, { pieces: 'I cannot see it.' });
    scene.conversation.type('How is the weather?');
    await scene.clock.advance(9_000);
    expect(written()).toBe('I cannot see it.');
    expect(lastMessages().at(-1)?.content).toContain('> status 500: stack trace');
  });

  it('are called in a bounded number of rounds', async () => {
    open();
    scene.llm.script.from({ pieces: [], calls: [weather] });
    scene.conversation.type('How is the weather?');
    await scene.clock.advance(60_000);
    expect(scene.llm.log.calls).toHaveLength(4);
  });

  it('go on when the user interrupts: the result is known next, and nothing happens twice', async () => {
    open();
    tools.tookMs = 4_000;
    scene.llm.script.from(
      { pieces: [], calls: [order] },
      { pieces: [], calls: [sameOrder] },
      { pieces: 'Your coffee is on its way.' },
    );
    scene.conversation.type('Order a coffee');
    await scene.clock.advance(500);
    scene.conversation.type('Well, did you order it?');
    await scene.clock.advance(15_000);
    expect(tools.calls).toHaveLength(1);
    expect(written()).toContain('Your coffee is on its way.');
    expect([...scene.stored.values()][0]?.toolCalls).toMatchObject([{ ok: true }]);
    expect(desk.notes).toMatchObject([{ name: 'order_coffee', ok: true }]);
  });

  it('happen again when the user wishes it again', async () => {
    open();
    scene.llm.script.from(
      { pieces: [], calls: [order] },
      { pieces: 'It comes.' },
      { pieces: [], calls: [order] },
      { pieces: 'Another one comes.' },
    );
    for (const words of ['A coffee', 'One more']) {
      scene.conversation.type(words);
      await scene.clock.advance(9_000);
    }
    expect(tools.calls).toHaveLength(2);
  });

  it('do nothing in the world for an answer that is only guessed', async () => {
    open();
    scene.stt.script.from({ text: 'Order a coffee', afterMs: 100 });
    scene.llm.script.from({ pieces: [], calls: [order] }, { pieces: 'It comes.' });
    await scene.sound(600);
    await scene.silence(220);
    const asked = scene.llm.log.calls.length;
    expect([asked, tools.calls.length]).toEqual([1, 0]);
    await scene.silence(6_000);
    expect(tools.calls).toHaveLength(1);
  });

  it('that another process had begun are not repeated, and the model is told so', async () => {
    open([{ ...order, isRepeatable: false, ok: null, result: null }]);
    scene.llm.script.from({ pieces: [], calls: [order] }, { pieces: 'I am not sure.' });
    scene.conversation.type('Order a coffee');
    await scene.clock.advance(9_000);
    expect(tools.calls).toEqual([]);
    expect(lastMessages().at(-1)?.content).toContain('whether it was carried out is not known');
  });
});
