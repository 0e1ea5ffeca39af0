import * as z from 'zod';
import { KeyLimits, LimitChange } from './limits.ts';

/** A key as a list shows it; the key itself is known only when it is made. */
export const KeyListing = z.object({
  id: z.string(),
  name: z.string(),
  workspace: z.string(),
  prefix: z.string(),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  limits: KeyLimits,
});
export type KeyListing = z.infer<typeof KeyListing>;

export const NewKey = z.object({
  /** For people: whose key it is. */
  name: z.string().trim().min(1).max(100),
  /** Made when there is none of this name. */
  workspace: z.string().trim().min(1).max(100).default('default'),
  limits: LimitChange.optional(),
});
export type NewKey = z.infer<typeof NewKey>;

export const CreatedKey = KeyListing.extend({ key: z.string() });
export type CreatedKey = z.infer<typeof CreatedKey>;

/** What can be done with keys, here or over the admin socket. */
export interface KeyAdmin {
  create(request: NewKey): Promise<CreatedKey>;
  /** Oldest first. */
  list(): Promise<KeyListing[]>;
  /** @returns false when there is no such key in use */
  revoke(keyId: string): Promise<boolean>;
  /** Changes the limits that are given. @returns false when there is no such key in use */
  limit(keyId: string, limits: LimitChange): Promise<boolean>;
}
