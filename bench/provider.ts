import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { recognise } from './recogniser.ts';

/** Fixed delays of a provider that is neither fast nor slow, so that only what lies between them is measured. */
type ProviderDelays = {
  sttMs: number;
  llmFirstTokenMs: number;
  llmTokenMs: number;
  ttsFirstByteMs: number;
};
const benchDelays: ProviderDelays = {
  sttMs: 100,
  llmFirstTokenMs: 150,
  llmTokenMs: 10,
  ttsFirstByteMs: 80,
};

/** Requests by stage: how many came, and how many the caller gave up before they were answered. */
type ProviderCounts = Record<'stt' | 'llm' | 'tts', { requests: number; aborted: number }>;
export type BenchProvider = { baseUrl: string; counts: ProviderCounts; close(): Promise<void> };

const speakingRateHz = 24_000;
/** A clause, a sentence and one more: what the first clause and the first sentence cost can be told apart. */
const answer =
  'Of course, I remember the old harbour very well. It was full of ships in those days.';
/** Every 100 ms of speech is about one and a half characters of text. */
const msPerChar = 65;

const SpeechRequest = z.object({ input: z.string() });

/** An OpenAI-shaped provider on loopback that answers everything after fixed delays. @param port 0 for any */
export async function openBenchProvider(
  delays: ProviderDelays = benchDelays,
  port = 0,
): Promise<BenchProvider> {
  const counts: ProviderCounts = {
    stt: { requests: 0, aborted: 0 },
    llm: { requests: 0, aborted: 0 },
    tts: { requests: 0, aborted: 0 },
  };
  const server = createServer((request, response) => {
    const stage = stageOf(request.url ?? '');
    if (!stage) {
      response.writeHead(404).end();
      return;
    }
    const gone = new AbortController();
    counts[stage].requests++;
    response.once('close', () => {
      if (response.writableFinished) return;
      counts[stage].aborted++;
      gone.abort();
    });
    const answering = { stt: transcribe, llm: complete, tts: speak }[stage];
    answering(request, response, delays, gone.signal).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    counts,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function stageOf(url: string): 'stt' | 'llm' | 'tts' | undefined {
  if (url.startsWith('/v1/audio/transcriptions')) return 'stt';
  if (url.startsWith('/v1/chat/completions')) return 'llm';
  if (url.startsWith('/v1/audio/speech')) return 'tts';
  return undefined;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(z.instanceof(Buffer).parse(part));
  return Buffer.concat(parts);
}

async function transcribe(
  request: IncomingMessage,
  response: ServerResponse,
  delays: ProviderDelays,
  signal: AbortSignal,
): Promise<void> {
  const text = recognise(await readAll(request));
  await delay(delays.sttMs, undefined, { signal });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text }));
}

async function complete(
  request: IncomingMessage,
  response: ServerResponse,
  delays: ProviderDelays,
  signal: AbortSignal,
): Promise<void> {
  await readAll(request);
  await delay(delays.llmFirstTokenMs, undefined, { signal });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finishReason: string | null) =>
    response.write(
      `data: ${JSON.stringify({
        id: 'bench',
        object: 'chat.completion.chunk',
        created: 0,
        model: 'bench',
        choices: [{ index: 0, delta, finish_reason: finishReason }],
      })}\n\n`,
    );
  for (const word of answer.match(/\S+\s*/g) ?? []) {
    chunk({ content: word }, null);
    await delay(delays.llmTokenMs, undefined, { signal });
  }
  chunk({}, 'stop');
  response.end('data: [DONE]\n\n');
}

async function speak(
  request: IncomingMessage,
  response: ServerResponse,
  delays: ProviderDelays,
  signal: AbortSignal,
): Promise<void> {
  const { input } = SpeechRequest.parse(JSON.parse((await readAll(request)).toString()));
  await delay(delays.ttsFirstByteMs, undefined, { signal });
  response.writeHead(200, { 'content-type': 'audio/pcm' });
  // Faster than speech, in pieces, as a real synthesiser delivers.
  const samples = Math.round((input.length * msPerChar * speakingRateHz) / 1000);
  for (let at = 0; at < samples; at += 4_800) {
    response.write(tone(at, Math.min(4_800, samples - at)));
    await delay(10, undefined, { signal });
  }
  response.end();
}

/** A tone that comes and goes five times a second, as syllables do: codecs and VADs take it for speech, not for noise. */
function tone(fromSample: number, count: number): Buffer {
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i++) {
    const seconds = (fromSample + i) / speakingRateHz;
    const envelope = 0.55 + 0.45 * Math.sin(2 * Math.PI * 5 * seconds);
    const wave =
      Math.sin(2 * Math.PI * 220 * seconds) + 0.5 * Math.sin(2 * Math.PI * 660 * seconds);
    bytes.writeInt16LE(Math.round(envelope * wave * 7_000), i * 2);
  }
  return bytes;
}
