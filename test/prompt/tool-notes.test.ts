import { describe, expect, it } from 'vitest';
import { toolSection } from '../../src/prompt/tool-notes.ts';
import { estimateTokens } from '../../src/prompt/tokens.ts';
import type { ToolCallRecord } from '../../src/protocol/turn-record.ts';

const note = (name: string, result: string | null): ToolCallRecord => ({
  ...{ name, json: '{}', isRepeatable: true, ok: result === null ? null : true, result },
});

describe('what functions returned', () => {
  it('is told in its order, and quoted line by line', () => {
    const section = toolSection([note('first', 'one\ntwo'), note('second', null)]);
    expect(section?.split('\n').slice(2)).toEqual([
      '> first {}: one',
      '> two',
      '> second {}: was begun, its result is not there yet',
    ]);
    expect(toolSection([])).toBeUndefined();
  });

  it('is there by its beginning where all of it is too long', () => {
    for (const letter of ['a', '长', '🙂']) {
      const section = toolSection([note('read', `begin ${letter.repeat(20_000)} end`)]) ?? '';
      expect(section).toMatch(/begin [^]*\n> \[the rest is too long/);
      expect(section).not.toContain('end');
      expect(section).not.toMatch(/\p{Surrogate}/u);
      expect(estimateTokens(section)).toBeLessThan(1_700);
    }
  });

  it('is the newest of it where there is much', () => {
    const notes = ['1', '2', '3'].map((name) => note(name, '长'.repeat(1_000)));
    const section = toolSection(notes) ?? '';
    expect(section).toContain(`> 3 {}: ${'长'.repeat(1_000)}`);
    expect(section).toMatch(/> 2 \{\}: 长+\n> \[the rest/);
    expect(section).not.toContain('> 1 {}');
    const now = toolSection(notes, 'now') ?? '';
    for (const name of ['1', '2', '3'])
      expect(now).toContain(`> ${name} {}: ${'长'.repeat(1_000)}`);
  });
});
