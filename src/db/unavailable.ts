import { DrizzleQueryError } from 'drizzle-orm/errors';

/**
 * Classes of SQLSTATE in which the same statement may succeed later: no connection (08), rolled back for others' sake
 * (40), out of resources (53), in use (55), stopped by its operator (57), the machine's fault (58).
 */
const passing = /^(?:08|40|53|55|57|58)[0-9A-Z]{3}$/;
const sqlState = /^[0-9A-Z]{5}$/;
/** Of Node's network; its own mistakes are called ERR_…. */
const network = /^E(?!RR_)[A-Z_]{3,}$/;
const mostCauses = 8;

/** Whether a statement failed because the database was away, or busy, and not by what was asked of it. */
export function isDatabaseAway(thrown: unknown): boolean {
  let fault = thrown;
  for (let depth = 0; fault instanceof Error && depth < mostCauses; depth++) {
    const code = 'code' in fault ? String(fault.code) : '';
    if (passing.test(code) || network.test(code)) return true;
    if (sqlState.test(code)) return false;
    // The driver has no code for a connection that ended while it was used.
    if (fault instanceof DrizzleQueryError && fault.cause && !('code' in fault.cause)) return true;
    fault = fault.cause;
  }
  return false;
}
