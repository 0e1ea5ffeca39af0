import { DrizzleQueryError } from 'drizzle-orm/errors';
import { describe, expect, it } from 'vitest';
import { isDatabaseAway } from '../../src/db/unavailable.ts';

const fault = (code?: string) => Object.assign(new Error('x'), code === undefined ? {} : { code });
const asked = (cause: Error) => new DrizzleQueryError('select 1', [], cause);

describe('a fault of a statement', () => {
  it.each(['57P01', '08006', '53300', '40P01', 'ECONNREFUSED', 'ECONNRESET'])(
    '%s is the database being away or busy',
    (code) => {
      expect(isDatabaseAway(fault(code))).toBe(true);
      expect(isDatabaseAway(asked(fault(code)))).toBe(true);
      expect(isDatabaseAway(new Error('why', { cause: asked(fault(code)) }))).toBe(true);
    },
  );

  it('without a code is a connection that ended', () => {
    expect(isDatabaseAway(asked(fault()))).toBe(true);
  });

  it.each(['22001', '23505', '42P01', '54000'])('%s is the fault of what was asked', (code) => {
    expect(isDatabaseAway(asked(fault(code)))).toBe(false);
  });

  it('that is none of a database is none of its being away', () => {
    expect(isDatabaseAway(new TypeError('ours'))).toBe(false);
    expect(isDatabaseAway('text')).toBe(false);
    expect(isDatabaseAway(fault('ERR_INVALID_ARG_TYPE'))).toBe(false);
  });
});
