import { describe, expect, it } from 'vitest';
import { logAgentLine } from '../../src/dispatch/agent-log-line.ts';

describe('what an agent process writes', () => {
  const logged = (line: string) => {
    const entries: unknown[][] = [];
    const note =
      (level: string) =>
      (...entry: unknown[]) =>
        entries.push([level, ...entry]);
    const log = {
      error: note('error'),
      warn: note('warn'),
      info: note('info'),
      debug: note('debug'),
    };
    logAgentLine(line, log);
    return entries;
  };

  it('keeps its level, message and fields', () => {
    const line = '{"level":40,"time":1,"pid":7,"hostname":"h","sessionId":"s1","msg":"slow"}';
    expect(logged(line)).toEqual([['warn', { pid: 7, sessionId: 's1' }, 'slow']]);
  });

  it('is a warning when it is no log line', () => {
    expect(logged('Segmentation fault')).toEqual([
      ['warn', { line: 'Segmentation fault' }, 'an agent process wrote'],
    ]);
    expect(logged('  ')).toEqual([]);
  });
});
