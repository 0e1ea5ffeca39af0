import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decodeWav } from '../../src/audio/wav.ts';
import { pcmBytes } from '../../src/audio/pcm-bytes.ts';
import { resample } from '../../src/audio/resample.ts';
import { hearingRateHz } from '../../src/frames/pcm.ts';
import { Parley } from './support/server.ts';

/** By the embedded provider: its own voice is what it hears. */
describe('streaming transcription', () => {
  let parley: Parley;
  beforeAll(async () => {
    parley = await Parley.start();
  });
  afterAll(() => parley.close());

  it('tells the words of a voice, and ends when it is told to', async () => {
    const spoken = await fetch(`${parley.url}/tts`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      // Understood in several voices, whole and as it comes; "harbour" comes out as almost anything.
      body: JSON.stringify({ transcript: 'What is your name?', voice: 'en-us' }),
    });
    const wav = decodeWav(new Uint8Array(await spoken.arrayBuffer()));
    const sound = resample(wav.samples, { fromHz: wav.sampleRateHz, toHz: hearingRateHz });
    const socket = new WebSocket(`${parley.url.replace(/^http/, 'ws')}/stream`, {
      headers: { 'CONVAI-API-KEY': parley.apiKey },
    });
    const events: string[] = [];
    socket.on('message', (data: Buffer) => events.push(data.toString()));
    await once(socket, 'message');
    socket.send(pcmBytes(sound));
    socket.send(pcmBytes(new Int16Array(hearingRateHz)));
    socket.send('{"type": "close"}');
    await once(socket, 'close');
    const final = events.find((event) => event.includes('transcript.final')) ?? '';
    expect(final).toMatch(/what is your name/i);
    expect(events.at(-1)).toBe('{"type":"session.closed","data":{}}');
  });
});
