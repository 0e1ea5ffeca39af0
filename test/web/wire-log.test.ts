import { describe, expect, it } from 'vitest';
import { emptyWireLog, logged, passes, type WireFilter } from '../../web/src/wire-log.ts';

const everything: WireFilter = { direction: 'both', words: '', sound: true };
const sound = { type: 'server-message', data: { type: 'audio-data', audio: 'A'.repeat(400) } };
const lineOf = (content: unknown, direction: 'in' | 'out' = 'in') => {
  const [line] = logged(emptyWireLog, direction, content, 0).lines;
  if (!line) throw new Error('nothing was logged');
  return line;
};

describe('wire log', () => {
  it('keeps a bounded number of lines and says how many are gone', () => {
    let log = emptyWireLog;
    for (let i = 0; i < 700; i++) log = logged(log, 'in', { type: 'x', i }, i);
    expect(log.lines).toHaveLength(600);
    expect(log.forgotten).toBe(100);
    expect(log.lines.at(-1)).toMatchObject({ id: 700 });
  });

  it('keeps the size of sound instead of the sound', () => {
    const { content, type, form } = lineOf(sound);
    expect([type, form]).toEqual(['audio-data', 'wrapped']);
    expect(content).toMatchObject({ data: { audio: '… 300 bytes of sound …' } });
  });

  it('keeps what cannot be read, and says that it cannot', () => {
    expect(lineOf(undefined)).toMatchObject({ type: 'unreadable', form: 'unreadable' });
    expect(passes(lineOf(undefined), { ...everything, words: 'hello' })).toBe(false);
  });

  it('filters by direction, by words anywhere, and by sound', () => {
    const line = lineOf({ type: 'user-transcription', data: { text: 'The Sea' } });
    expect(passes(line, everything)).toBe(true);
    expect(passes(line, { ...everything, direction: 'out' })).toBe(false);
    expect(passes(line, { ...everything, words: 'the sea' })).toBe(true);
    expect(passes(line, { ...everything, words: 'transcription' })).toBe(true);
    expect(passes(line, { ...everything, words: 'mountain' })).toBe(false);
    expect(passes(lineOf(sound), { ...everything, sound: false })).toBe(false);
  });
});
