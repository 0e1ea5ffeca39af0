import { decodeWav } from '../src/audio/wav.ts';
import { rmsDbfs } from '../src/audio/level.ts';
import { pauseMs, shortMs, unfinishedWords } from './utterances.ts';

const question = 'Could you tell me a little about the old harbour please?';
const frameMs = 20;
const speechDbfs = -40;
/** A pause on the wire may have lost something of its edges to a voice detector. */
const pauseLeastMs = pauseMs * 0.6;

/**
 * What a recogniser would have understood of this sound. It knows the utterances of the bench by their lengths: a
 * short one is the beginning of a sentence, so that a pause after it can be told from its end.
 * @param body of a transcription request; sound in another form than WAV counts as a whole question
 */
export function recognise(body: Buffer): string {
  const from = body.indexOf('RIFF');
  if (from < 0) return question;
  const { samples, sampleRateHz } = decodeWav(body.subarray(from));
  const speech = speechOf(samples, sampleRateHz);
  return speech.spanMs < shortMs && speech.longestGapMs < pauseLeastMs ? unfinishedWords : question;
}

/** From the first to the last frame with speech, and the longest silence between them. */
function speechOf(samples: Int16Array, sampleRateHz: number) {
  const frameSamples = (sampleRateHz * frameMs) / 1000;
  let firstMs: number | undefined;
  let lastMs = 0;
  let longestGapMs = 0;
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    if (rmsDbfs(samples.subarray(at, at + frameSamples)) < speechDbfs) continue;
    const nowMs = (at * 1000) / sampleRateHz;
    if (firstMs !== undefined) longestGapMs = Math.max(longestGapMs, nowMs - lastMs);
    firstMs ??= nowMs;
    lastMs = nowMs + frameMs;
  }
  return { spanMs: firstMs === undefined ? 0 : lastMs - firstMs, longestGapMs };
}
