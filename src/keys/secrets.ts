import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import { makeKey } from './api-key.ts';
import { keepPrivateFile } from './private-file.ts';

/** What this installation's own processes prove themselves with. */
const Secrets = z.object({
  /** Shown by agent processes when they open their line to the server. */
  agentSecret: z.string().min(16),
  /** Key pair between this server and its own livekit-server. */
  livekitApiKey: z.string().min(1),
  livekitApiSecret: z.string().min(32),
});
export type Secrets = z.infer<typeof Secrets>;

/** A kept secret cannot be read back; the file is named so that it can be mended or removed. */
export class SecretsUnreadable extends SetUpFailed {
  override readonly name = 'SecretsUnreadable';
  constructor(readonly path: string) {
    super(
      `${path} does not hold what the server wrote there. Restore it, or delete it to make new secrets.`,
    );
  }
}

/**
 * The secrets of this data folder, made at the first call and kept in `secrets.json` (mode 0600).
 * @param overrides from the configuration; they win and are not written down
 * @throws {SecretsUnreadable}
 */
export async function ensureSecrets(
  dataDir: string,
  overrides: { [Name in keyof Secrets]?: string | undefined } = {},
): Promise<Secrets> {
  const path = join(dataDir, 'secrets.json');
  const { text } = await keepPrivateFile(path, () => JSON.stringify(makeSecrets(), null, 2));
  const kept = Secrets.safeParse(parsedJson(text));
  if (!kept.success) throw new SecretsUnreadable(path);
  return {
    agentSecret: overrides.agentSecret ?? kept.data.agentSecret,
    livekitApiKey: overrides.livekitApiKey ?? kept.data.livekitApiKey,
    livekitApiSecret: overrides.livekitApiSecret ?? kept.data.livekitApiSecret,
  };
}

/** The agent secret of a data folder on this machine; undefined when no server has run there. */
export async function keptAgentSecret(dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, 'secrets.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const kept = Secrets.safeParse(parsedJson(text));
  if (!kept.success) throw new SecretsUnreadable(path);
  return kept.data.agentSecret;
}

/**
 * The first API key: `configured` (PARLEY_API_KEY), else one made at the first call and kept in `<dataDir>/api-key`
 * (mode 0600). `made` is true only that first time, which is when to show it.
 * @throws {SecretsUnreadable}
 */
export async function firstApiKey(
  dataDir: string,
  configured?: string,
): Promise<{ key: string; made: boolean; path?: string }> {
  if (configured !== undefined) return { key: configured, made: false };
  const path = join(dataDir, 'api-key');
  const { text, made } = await keepPrivateFile(path, () => `${makeKey()}\n`);
  const key = text.trim();
  if (key === '') throw new SecretsUnreadable(path);
  return { key, made, path };
}

/**
 * What values in the database are encrypted with: `configured` (PARLEY_SECRET), else one made at the first call and
 * kept in `<dataDir>/sealing-secret` (mode 0600). Who loses it loses those values, so it is a file of its own, to be
 * kept where backups of the database are not.
 * @throws {SecretsUnreadable}
 */
export async function sealingSecret(dataDir: string, configured?: string): Promise<string> {
  if (configured !== undefined) return configured;
  const path = join(dataDir, 'sealing-secret');
  const { text } = await keepPrivateFile(path, () => `${randomBytes(32).toString('base64url')}\n`);
  const secret = text.trim();
  if (secret.length < 32) throw new SecretsUnreadable(path);
  return secret;
}

function makeSecrets(): Secrets {
  return {
    agentSecret: randomBytes(32).toString('base64url'),
    livekitApiKey: `API${randomBytes(9).toString('hex')}`,
    livekitApiSecret: randomBytes(32).toString('base64url'),
  };
}
