import { describe, expect, it } from 'vitest';
import { keysTable } from '../../src/keys/keys-table.ts';

describe('a list of keys', () => {
  it('stands in columns and obeys no control characters', () => {
    const key = {
      id: 'id-1',
      name: 'evil\u001b[2J\nname',
      workspace: 'default',
      prefix: 'parley_abc',
      createdAt: '2026-01-02T00:00:00.000Z',
      revokedAt: null,
      limits: { maxSessions: 5, maxMinutesPerDay: 60 },
    };
    const limits = { maxSessions: null, maxMinutesPerDay: null };
    const revoked = { ...key, name: 'old', revokedAt: '2026-03-04T00:00:00.000Z', limits };
    expect(keysTable([key, revoked])).toBe(
      [
        'ID    NAME           WORKSPACE  KEY          MADE        LIMITS                   STATE',
        'id-1  evil\ufffd[2J\ufffdname  default    parley_abc…  2026-01-02  5 at once, 60 min a day  in use',
        'id-1  old            default    parley_abc…  2026-01-02  none                     revoked 2026-03-04',
      ].join('\n'),
    );
  });
});
