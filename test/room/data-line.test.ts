import { describe, expect, it } from 'vitest';
import { respond, type ClientBoundMessage } from '../../src/protocol/server-messages.ts';
import { tell } from '../../src/protocol/tell.ts';
import { DataLine } from '../../src/room/data-line.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

function scene(publishing: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const sent: Record<string, unknown>[] = [];
  const line = new DataLine({
    clock,
    log: silentLog,
    publish: async (bytes) => {
      await publishing();
      const message: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (typeof message === 'object' && message !== null) sent.push({ ...message });
    },
  });
  return { clock, sent, line };
}

const text = (piece: string): ClientBoundMessage => respond(piece, 'success');
const packet = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('the data line of a room', () => {
  it('sends in order, one after the other', async () => {
    const { sent, line } = scene(settle);
    for (const name of ['a', 'b', 'c']) line.send(text(name));
    await line.close();
    expect(sent.map(({ event_type }) => event_type)).toEqual(['a', 'b', 'c']);
  });

  it('leaves out what became void before its turn', async () => {
    const { sent, line } = scene(settle);
    line.send(text('a'));
    line.send(text('b'), () => true);
    await line.close();
    expect(sent).toHaveLength(1);
  });

  it('never sends more than a packet holds', async () => {
    const { sent, line } = scene();
    line.send(tell.audioData('A'.repeat(70_000), 24_000, false));
    line.send(text('after'));
    await line.close();
    expect(sent.map(({ type }) => type)).toEqual(['server-response']);
  });

  it('acknowledges without the extras where they do not fit', async () => {
    const { sent, line } = scene();
    const extras = { content: 'x'.repeat(70_000) };
    line.send(respond('context-update', 'success', { message: 'Done', extras }));
    await line.close();
    expect(sent).toEqual([
      { type: 'server-response', event_type: 'context-update', status: 'success', message: 'Done' },
    ]);
  });

  it('keeps few megabytes for a listener that does not take them', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const { sent, line } = scene(() => opened);
    const extras = { content: 'x'.repeat(50_000) };
    for (let n = 0; n < 1_000; n++) line.send(respond('context-update', 'success', { extras }));
    open();
    await line.close();
    expect(sent.length).toBeGreaterThan(100);
    expect(sent.length).toBeLessThan(200);
  });

  it('goes on after a packet that could not be sent', async () => {
    let failures = 1;
    const { sent, line } = scene(() =>
      failures-- > 0 ? Promise.reject(new Error('gone')) : Promise.resolve(),
    );
    line.send(text('a'));
    line.send(text('b'));
    await line.close();
    expect(sent.map(({ event_type }) => event_type)).toEqual(['b']);
  });

  it('answers what it does not understand', async () => {
    const { sent, line } = scene();
    expect(line.receive(packet({ type: 'dance' }))).toBeUndefined();
    expect(line.receive(packet({ type: 'interrupt-bot' }))).toMatchObject({
      type: 'interrupt-bot',
    });
    await line.close();
    expect(sent).toMatchObject([{ event_type: 'unknown-message-type' }]);
  });

  it('takes no flood, answers it with a few errors only, and is well again afterwards', async () => {
    const { clock, sent, line } = scene();
    const taken = Array.from({ length: 1_000 }, () =>
      line.receive(packet({ type: 'interrupt-bot' })),
    );
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(100);
    await settle();
    expect(sent.length).toBeLessThanOrEqual(20);
    await clock.advance(5_000);
    expect(line.receive(packet({ type: 'interrupt-bot' }))).toBeDefined();
    await line.close();
  });
});
