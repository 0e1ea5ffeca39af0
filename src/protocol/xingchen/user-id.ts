import * as z from 'zod';

/** An application's own id of its user; some send a number. It may be empty: who needs one says so. */
export const userId = z.union([z.string().trim().max(256), z.int().transform(String)]);
/** As `userId`, of somebody. */
export const someUserId = userId.refine((given) => given !== '', { error: 'must not be empty' });
