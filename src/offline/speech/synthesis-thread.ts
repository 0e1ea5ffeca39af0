/** The thread on which espeak-ng runs: one request at a time, answered in order. Started by `thread-synthesiser.ts`. */
import { parentPort } from 'node:worker_threads';
import { Espeak } from './espeak.ts';
import { SynthesisRequest, type SynthesisReply } from './synthesis-message.ts';
import { utterance } from './utterance.ts';

const port = parentPort;
if (!port) throw new Error('this file is the entry of a thread');

const reply = (message: SynthesisReply, transfer: ArrayBuffer[] = []) => {
  port.postMessage(message, transfer);
};

const espeak = await Espeak.open();
reply({ kind: 'ready', voiceLines: await espeak.voices() });

let last = Promise.resolve();
port.on('message', (message: unknown) => {
  last = last.then(() => answer(SynthesisRequest.parse(message)));
});

async function answer({ id, sentence, voice }: SynthesisRequest): Promise<void> {
  try {
    const samples = await utterance(espeak, sentence, voice);
    reply({ kind: 'sound', id, samples }, [samples.buffer]);
  } catch (cause) {
    reply({ kind: 'failed', id, reason: cause instanceof Error ? cause.message : String(cause) });
  }
}
