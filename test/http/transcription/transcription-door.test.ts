import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { pcmBytes } from '../../../src/audio/pcm-bytes.ts';
import { hearingRateHz } from '../../../src/frames/pcm.ts';
import { TranscriptionDoor } from '../../../src/http/transcription/transcription-door.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import type { Stt } from '../../../src/providers/stt/stt.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { hum } from '../../fakes/scripted-tts.ts';
import { ScriptedVad } from '../../fakes/scripted-vad.ts';

const Event = z.looseObject({ type: z.string(), data: z.looseObject({}) });
type Event = z.infer<typeof Event>;

describe('streaming transcription', () => {
  let server: Server;
  let door: TranscriptionDoor;
  let clock: FakeClock;
  let url: string;
  let heard: number[];
  let words: () => string;
  const stt: Stt = {
    transcribe: (samples) => {
      heard.push(Math.round((samples.length * 1000) / hearingRateHz));
      return Promise.resolve().then(() => ({ text: words() }));
    },
  };
  const clients: WebSocket[] = [];

  beforeEach(async () => {
    heard = [];
    words = () => 'Welcome to the museum.';
    clock = new FakeClock();
    const caller = { workspaceId: 'w', keyId: 'k' };
    door = new TranscriptionDoor({
      keys: { verify: (key) => Promise.resolve(key === 'good' ? caller : undefined) },
      ...{ stt, clock, log: silentLog },
      openVad: () => Promise.resolve(new ScriptedVad()),
    });
    server = createServer();
    server.on('upgrade', (request, socket, head) => {
      if (!door.take(request, socket, head)) socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/stream`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    await door.close();
    server.close();
  });

  function open(headers: Record<string, string> = { 'CONVAI-API-KEY': 'good' }, query = '') {
    const socket = new WebSocket(url + query, { headers });
    clients.push(socket);
    const events: Event[] = [];
    const waiting = new Set<() => void>();
    const look = () => {
      for (const each of [...waiting]) each();
    };
    let closeCode: number | undefined;
    socket.on('message', (data: Buffer) => {
      events.push(Event.parse(JSON.parse(data.toString())));
      look();
    });
    socket.on('close', (code) => {
      closeCode = code;
      look();
    });
    const until = (isThere: () => boolean) =>
      new Promise<void>((resolve) => {
        const each = () => {
          if (!isThere()) return;
          waiting.delete(each);
          resolve();
        };
        waiting.add(each);
        each();
      });
    return {
      socket,
      events,
      event: async (type: string, count = 1) => {
        const those = () => events.filter((event) => event.type === type);
        await until(() => those().length >= count);
        return those().at(count - 1);
      },
      closed: async () => {
        await until(() => closeCode !== undefined);
        return closeCode;
      },
      say: (ms: number) => {
        socket.send(pcmBytes(hum(ms, hearingRateHz)));
      },
      pause: (ms: number) => {
        socket.send(pcmBytes(new Int16Array((ms * hearingRateHz) / 1000)));
      },
      tell: (message: unknown) => {
        socket.send(typeof message === 'string' ? message : JSON.stringify(message));
      },
    };
  }

  it('begins with a session, and tells each utterance as final when it is over', async () => {
    const client = open();
    const started = await client.event('session.started');
    expect(started?.data).toEqual({
      session_id: expect.any(String) as unknown,
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
    for (const number of [1, 2]) {
      client.say(600);
      client.pause(1_000);
      expect(await client.event('transcript.final', number)).toEqual({
        type: 'transcript.final',
        data: {
          sequence_id: number,
          text: 'Welcome to the museum.',
          is_final: true,
          is_formatted: true,
          message_type: 'FinalTranscript',
          language_code: null,
        },
      });
    }
    expect(heard.every((ms) => ms >= 600 && ms < 2_000)).toBe(true);
  });

  it('takes sound cut anywhere, also in the middle of a sample', async () => {
    const client = open();
    await client.event('session.started');
    const bytes = Buffer.from(pcmBytes(hum(600, hearingRateHz)));
    for (let at = 0; at < bytes.length; at += 777) client.socket.send(bytes.subarray(at, at + 777));
    client.pause(1_000);
    expect((await client.event('transcript.final'))?.data).toMatchObject({ is_final: true });
  });

  it('tells what was said so far when asked to finalize, and nothing where nothing was', async () => {
    const client = open();
    client.socket.on('open', () => undefined);
    await client.event('session.started');
    client.tell({ type: 'finalize' });
    expect((await client.event('transcript.final'))?.data).toMatchObject({ text: '' });
    client.say(600);
    client.tell({ type: 'finalize' });
    expect((await client.event('transcript.final', 2))?.data).toMatchObject({
      text: 'Welcome to the museum.',
    });
  });

  it.each(['close', 'stop'])('answers %s with the last words and session.closed', async (type) => {
    const client = open();
    await client.event('session.started');
    client.say(600);
    client.tell({ type });
    expect(await client.closed()).toBe(1000);
    expect(client.events.map((event) => event.type)).toEqual([
      'session.started',
      'transcript.final',
      'session.closed',
    ]);
  });

  it.each([
    ['none', {}, ''],
    ['a wrong one', { 'CONVAI-API-KEY': 'bad' }, ''],
    ['a wrong one in the query', {}, '?convai-api-key=bad'],
    ['one that is no key', { 'CONVAI-API-KEY': 'x'.repeat(600) }, ''],
  ])('closes at once with an error where the key is %s', async (_, headers, query) => {
    const client = open(headers, query);
    expect(await client.closed()).toBe(1008);
    expect(client.events).toEqual([
      { type: 'error', data: { message: 'Invalid API key or user not found.' } },
    ]);
  });

  it('takes the key behind the question mark', async () => {
    const client = open({}, '?convai-api-key=good');
    expect((await client.event('session.started'))?.type).toBe('session.started');
  });

  it.each(['{', '{"type":"dance"}', `"${'x'.repeat(5_000)}"`])(
    'answers %.20s with an error and goes on',
    async (text) => {
      const client = open();
      await client.event('session.started');
      client.tell(text);
      await client.event('error');
      client.say(600);
      client.pause(1_000);
      expect((await client.event('transcript.final'))?.data).toMatchObject({ is_final: true });
    },
  );

  it('says so when the recogniser fails, and goes on', async () => {
    words = () => {
      throw new ProviderFailed('stt', 'refused', false);
    };
    const client = open();
    await client.event('session.started');
    client.say(600);
    client.pause(1_000);
    await client.event('error');
    words = () => 'Again';
    client.say(600);
    client.pause(1_000);
    expect((await client.event('transcript.final'))?.data).toMatchObject({ text: 'Again' });
  });

  it('ends who is silent for a minute, and who stays too long', async () => {
    const client = open();
    await client.event('session.started');
    await clock.advance(61_000);
    expect(await client.closed()).toBe(1000);
    expect(client.events.map((event) => event.type).slice(-2)).toEqual(['error', 'session.closed']);
  });

  it('lets no key have more than sixteen at a time', async () => {
    for (let i = 0; i < 16; i++) await open().event('session.started');
    const client = open();
    expect(await client.closed()).toBe(1013);
  });

  it('cuts off who sends a frame too large', async () => {
    const client = open();
    await client.event('session.started');
    client.socket.send(new Uint8Array(9 * 1_048_576));
    expect(await client.closed()).toBe(1009);
  });
});
