import { expect, it } from 'vitest';
import { decibels, needle, rms } from '../../web/src/level.ts';
import { binMs, TapeHistory } from '../../web/src/tape-history.ts';

it('measures silence, a full square wave, and half of one', () => {
  expect(rms(new Float32Array(64))).toBe(0);
  expect(rms(Float32Array.from({ length: 64 }, (_, i) => (i % 2 ? 1 : -1)))).toBe(1);
  expect(decibels(0.5)).toBeCloseTo(-6.02, 2);
});

it('moves the needle from end to end', () => {
  expect([needle(0), needle(0.001), needle(1), needle(7)]).toEqual([0, 0, 1, 1]);
  expect(needle(0.1)).toBeCloseTo(2 / 3);
});

const moment = (user: number) => ({
  user,
  character: 0,
  userSpeaking: false,
  characterSpeaking: false,
});

it('keeps the loudest of the moments that fall into one column', () => {
  const tape = new TapeHistory(10);
  tape.add(moment(0.1), 0);
  tape.add(moment(0.6), 16);
  tape.add(moment(0.2), 32);
  tape.add(moment(0.3), binMs);
  expect(tape.bins.map(({ user }) => user)).toEqual([0.6, 0.3]);
});

it('shows a time in which nothing was drawn as silence', () => {
  const tape = new TapeHistory(10);
  tape.add(moment(0.5), 0);
  tape.add(moment(0.4), binMs * 4);
  expect(tape.bins.map(({ user }) => user)).toEqual([0.5, 0, 0, 0, 0.4]);
  tape.add(moment(0.3), binMs * 1000);
  expect(tape.bins).toHaveLength(10);
});
