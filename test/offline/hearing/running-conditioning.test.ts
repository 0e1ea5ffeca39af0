import { describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../../src/audio/level.ts';
import { RunningConditioning } from '../../../src/offline/hearing/running-conditioning.ts';
import { babble } from '../offline-subject.ts';

describe('sound that is still being spoken', () => {
  const piecesOf = (samples: Int16Array) => [samples.subarray(0, 4_800), samples.subarray(4_800)];

  it('gets the level of speech, whether it was loud or quiet', () => {
    for (const level of [300, 3_000, 30_000]) {
      const conditioning = new RunningConditioning();
      const [first = new Int16Array()] = piecesOf(babble(16_000, level)).map((piece) =>
        conditioning.push(piece),
      );
      const speech = rmsDbfs(first.subarray(4_800));
      expect(speech).toBeGreaterThan(-22);
      expect(speech).toBeLessThan(-14);
    }
  });

  it('begins with the rest of a room, and without the silence before the first word', () => {
    const conditioning = new RunningConditioning();
    const quiet = new Int16Array(8_000);
    const first = conditioning.push(Int16Array.from([...quiet, ...babble()]));
    expect(first.length).toBeLessThan(4_800 + babble().length + 400);
    expect(rmsDbfs(first.subarray(0, 4_000))).toBeLessThan(-40);
    expect(conditioning.push(new Int16Array(320))).toHaveLength(320);
  });

  it('does not lift a fan to the level of a voice', () => {
    const conditioning = new RunningConditioning();
    const fan = Int16Array.from({ length: 8_000 }, (_, i) => (i % 2 === 0 ? 10 : -10));
    expect(rmsDbfs(conditioning.push(fan))).toBeLessThan(-28);
  });
});
