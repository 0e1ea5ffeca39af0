import { describe, expect, it } from 'vitest';
import { openLog, tapLog, type LogLine } from '../../src/telemetry/log.ts';

describe('a tapped log', () => {
  it('tells of every line that matters to somebody else than us', () => {
    const lines: LogLine[] = [];
    const log = openLog('test', { level: 'fatal', pretty: false, includePrivate: false });
    const tapped = tapLog(log, (line) => lines.push(line));
    tapped.info('began');
    tapped.debug('not this');
    tapped.warn({ stage: 'llm' }, 'provider failed');
    log.error('not said through the tap');
    expect(lines).toEqual([
      { level: 'info', message: 'began', fields: {} },
      { level: 'warn', message: 'provider failed', fields: { stage: 'llm' } },
    ]);
  });
});
