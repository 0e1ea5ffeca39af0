/** The thread on which espeak-ng runs: one request at a time, answered in order. Started by `thread-synthesiser.ts`. */
import { parentPort } from 'node:worker_threads';
import { Espeak } from './espeak.ts';
import { SynthesisRequest, type SynthesisReply } from './synthesis-message.ts';
import { utterance } from './utterance.ts';

/**
 * espeak-ng comes as JavaScript, of which Node makes machine code while it runs: the first sentences take 100 ms and
 * more, later ones 10. So some are spoken to nobody: half a second once, beside all that must start anyway.
 */
const warmUp = ['en-us', 'en-us', 'en-us', 'en-us+f3', 'en-us+f3', 'en-us+m1'];

const port = parentPort;
if (!port) throw new Error('this file is the entry of a thread');

const reply = (message: SynthesisReply, transfer: ArrayBuffer[] = []) => {
  port.postMessage(message, transfer);
};

const espeak = await Espeak.open();
reply({ kind: 'ready', languages: [...espeak.languages] });

let isAsked = false;
let last = speakToNobody();
port.on('message', (message: unknown) => {
  isAsked = true;
  last = last.then(() => answer(SynthesisRequest.parse(message)));
});

async function speakToNobody(): Promise<void> {
  for (const name of warmUp) {
    if (isAsked) return;
    await utterance(espeak, 'Hello there, how are you?', { name, wordsPerMinute: 150, pitch: 50 });
    await new Promise(setImmediate);
  }
}

async function answer({ id, sentence, voice }: SynthesisRequest): Promise<void> {
  try {
    const { samples, timing } = await utterance(espeak, sentence, voice);
    reply({ kind: 'sound', id, samples, timing }, [samples.buffer]);
  } catch (cause) {
    reply({ kind: 'failed', id, reason: cause instanceof Error ? cause.message : String(cause) });
  }
}
