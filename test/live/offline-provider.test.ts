import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import * as z from 'zod';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pcmFromBytes } from '../../src/audio/pcm-bytes.ts';
import { resample } from '../../src/audio/resample.ts';
import { encodeWav } from '../../src/audio/wav.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { OpenAiStt } from '../../src/providers/stt/openai.ts';
import { RealtimeStt } from '../../src/providers/stt/realtime.ts';
import { hearingRateHz } from '../../src/frames/pcm.ts';
import { startOffline, type Offline } from '../../src/offline/offline.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { freePorts } from '../fakes/free-ports.ts';
import { processAlive } from '../fakes/process-alive.ts';
import { cacheDir, root } from './support/places.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function started(): Promise<Offline> {
  const offline = await startOffline({ root, cacheDir, clock: systemClock, log: silentLog });
  closers.push(() => offline.close());
  return offline;
}

/** @returns mono PCM at 24 kHz */
async function speak({ baseUrl }: Offline, input: string, speed = 1): Promise<Int16Array> {
  const response = await fetch(`${baseUrl}/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input, voice: 'alloy', speed, response_format: 'pcm' }),
  });
  expect(response.status).toBe(200);
  return pcmFromBytes(new Uint8Array(await response.arrayBuffer()));
}

const Transcript = z.object({ text: z.string() });

async function transcribe({ baseUrl }: Offline, samples: Int16Array): Promise<string> {
  const body = new FormData();
  body.set(
    'file',
    new Blob([encodeWav(resample(samples, { fromHz: 24_000, toHz: 16_000 }), 16_000)]),
    'a.wav',
  );
  body.set('language', 'en');
  const response = await fetch(`${baseUrl}/audio/transcriptions`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return Transcript.parse(await response.json()).text.toLowerCase();
}

/** @param ratio of the noise's RMS to that of the speech */
function withNoise(samples: Int16Array, ratio: number): Int16Array {
  const rms = Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
  let seed = 1;
  return samples.map((sample) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return sample + (seed / 2_147_483_647 - 0.5) * Math.sqrt(12) * rms * ratio;
  });
}

/** Processes whose parent is `pid`. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const ps = spawn('ps', ['-A', '-o', 'pid=,ppid=']);
  let text = '';
  ps.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(ps, 'close');
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

describe('the embedded provider', () => {
  it('understands what it says itself, also quieter, slower and with noise', async () => {
    const offline = await started();
    const said = 'i would like to buy some bread';
    const usual = await speak(offline, said);
    expect(await transcribe(offline, usual)).toBe(said);
    expect(
      await transcribe(
        offline,
        usual.map((sample) => sample / 10),
      ),
    ).toBe(said);
    expect(await transcribe(offline, withNoise(usual, 0.05))).toBe(said);
    expect(await transcribe(offline, await speak(offline, said, 0.85))).toBe(said);
  });

  it('hears while it is spoken to, as well as it hears a whole utterance', async () => {
    const offline = await started();
    const said = 'i would like to buy some bread';
    const settings = { baseUrl: offline.baseUrl, model: 'parley-offline' };
    const stt = new RealtimeStt(new OpenAiStt(settings, { clock: systemClock }), settings, {
      clock: systemClock,
    });
    const sound = resample(await speak(offline, said), { fromHz: 24_000, toHz: hearingRateHz });
    await transcribe(offline, await speak(offline, said));
    const partials: string[] = [];
    const troubles: unknown[] = [];
    const line = stt.openLine({
      language: 'en-US',
      onPartial: (text) => partials.push(text),
      onTrouble: (trouble) => troubles.push(trouble),
    });
    closers.push(() => line.close());
    const whole = () => {
      throw new Error('the stream should have been enough');
    };
    // As fast as a microphone gives it.
    let at = 0;
    for await (const pieceSamples of setInterval(32, 512)) {
      line.push(sound.subarray(at, at + pieceSamples));
      at += pieceSamples;
      if (at >= sound.length) break;
    }
    await vi.waitFor(() => expect(partials.length).toBeGreaterThan(0), { timeout: 90_000 });
    const { text } = await line.words(whole, new AbortController().signal);
    expect(text.toLowerCase()).toBe(said);
    expect(said.startsWith(partials[0]?.toLowerCase() ?? '?')).toBe(true);
    expect(troubles).toEqual([]);
  });

  it('gives each of two who speak at once their own words', async () => {
    const offline = await started();
    const texts = ['hello there', 'this is a rather longer sentence about the sea'];
    const alone = [await speak(offline, texts[0] ?? ''), await speak(offline, texts[1] ?? '')];
    const together = await Promise.all(texts.map((text) => speak(offline, text)));
    expect(together).toEqual(alone);
  });

  it('serves others at once while somebody leaves in the middle of a long speech', async () => {
    const offline = await started();
    const leaving = new AbortController();
    const response = await fetch(`${offline.baseUrl}/audio/speech`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        input: 'One more sentence. '.repeat(200),
        voice: 'alloy',
        response_format: 'pcm',
      }),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    expect((await speak(offline, 'Hello.')).length).toBeGreaterThan(5_000);
  });

  it('hears the utterance that its recogniser was killed over', async () => {
    const offline = await started();
    const speech = await speak(offline, 'i would like to buy some bread');
    await transcribe(offline, speech);
    const answers = [transcribe(offline, speech), transcribe(offline, speech)];
    for (const pid of await childrenOf(offline.pid)) process.kill(pid, 'SIGKILL');
    for (const answer of answers) expect(await answer).toBe('i would like to buy some bread');
  });

  it('is back on the same port after it was killed, and leaves no recogniser behind', async () => {
    const offline = await started();
    const { baseUrl, pid = 0 } = offline;
    await transcribe(offline, await speak(offline, 'hello'));
    const recognisers = await childrenOf(pid);
    expect(recognisers.length).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect((await fetch(`${baseUrl}/models`)).ok).toBe(true);
        expect(recognisers.filter(processAlive)).toEqual([]);
      },
      { timeout: 90_000, interval: 50 },
    );
    expect(offline.baseUrl).toBe(baseUrl);
    expect(offline.pid).not.toBe(pid);
  });

  it('ends with all it started when closed', async () => {
    const offline = await started();
    const { pid = 0 } = offline;
    await transcribe(offline, await speak(offline, 'hello'));
    const all = [pid, ...(await childrenOf(pid))];
    await offline.close();
    await vi.waitFor(() => expect(all.filter(processAlive)).toEqual([]), { timeout: 60_000 });
  });

  it('as a program says its port in one line, and ends when its input does', async () => {
    const [port = 0] = await freePorts(1);
    const program = join(root, 'dist/src/offline/serve.js');
    const args = [program, '--port', String(port), '--cache-dir', join(root, 'no-such-folder')];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    closers.push(() => void child.kill('SIGKILL'));
    const [line] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout, 'data'));
    expect(JSON.parse(line.toString())).toEqual({ ready: true, port });

    const body = new FormData();
    const buzz = Int16Array.from(
      { length: 16_000 },
      (_, i) => Math.sin(i / 9) * Math.sin(i / 900) ** 2 * 9_000,
    );
    body.set('file', new Blob([encodeWav(buzz, 16_000)]), 'a.wav');
    const answer = await fetch(`http://127.0.0.1:${port}/v1/audio/transcriptions`, {
      method: 'POST',
      body,
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run setup');

    const ended = once(child, 'exit');
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
  });
});
