import { FaceTrack } from '../src/face/face-track.ts';
import type { FaceFormat } from '../src/face/rig.ts';
import { speakingRateHz } from '../src/frames/pcm.ts';
import type { SpeechFrame } from '../src/frames/speech-timing.ts';
import { Espeak } from '../src/offline/speech/espeak.ts';
import { utterance, type SpokenSentence } from '../src/offline/speech/utterance.ts';

/*
 * What a face costs: milliseconds of CPU for each second of speech, from sound to the JSON of its messages. Run as
 * `node dist/bench/face.js` after `npm run build`.
 */
const sentence =
  'The old harbour lies below the hill, where seven ships wait for the morning wind.';
const rounds = 40;
const chunkFrames = 10;
const pieceSamples = speakingRateHz / 5;

const spoken = await utterance(await Espeak.open(), sentence, {
  name: 'en-us',
  wordsPerMinute: 150,
  pitch: 50,
});
const formats: readonly FaceFormat[] = ['visemes', 'arkit', 'mha'];
process.stdout.write('| frames | by | 50 a second | 60 | 90 |\n| --- | --- | --- | --- | --- |\n');
for (const format of formats) {
  for (const timed of [true, false]) {
    for (const fps of [50, 60, 90]) cost(format, fps, timed);
    const costs = [50, 60, 90].map((fps) => cost(format, fps, timed).toFixed(2));
    process.stdout.write(
      `| ${format} | ${timed ? 'phonemes' : 'sound'} | ${costs.join(' | ')} |\n`,
    );
  }
}

/** @returns CPU-ms for a second of speech */
function cost(format: FaceFormat, fps: number, timed: boolean): number {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const track = new FaceTrack(format, fps, round);
    for (const frame of framesOf(spoken, timed)) {
      track.push(frame);
      while (track.ready(0) >= chunkFrames) bytes += sent(track);
    }
    track.end();
    while (track.ready(0) > 0) bytes += sent(track);
  }
  const { user, system } = process.cpuUsage(before);
  const speechS = (rounds * spoken.samples.length) / speakingRateHz;
  if (bytes === 0) throw new Error('no frames');
  return (user + system) / 1000 / speechS;
}

function sent(track: FaceTrack): number {
  return JSON.stringify({ blendshapes: track.take(chunkFrames, 0) }).length;
}

function framesOf({ samples, timing }: SpokenSentence, timed: boolean): SpeechFrame[] {
  const frames: SpeechFrame[] = [];
  for (let at = 0; at < samples.length; at += pieceSamples) {
    const piece = samples.subarray(at, at + pieceSamples);
    frames.push({
      samples: piece,
      sampleRateHz: speakingRateHz,
      ...(timed && at === 0 && { timing }),
    });
  }
  return frames;
}
