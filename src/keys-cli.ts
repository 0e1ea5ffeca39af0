import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { plantSeeds } from './characters/plant-seeds.ts';
import { loadConfig, type Config } from './config/config.ts';
import { DataFolderInUse } from './db/folder-lock.ts';
import { openDatabase } from './db/open.ts';
import { SetUpFailed } from './errors/set-up-failed.ts';
import { AdminClient, isAdminListening } from './keys/admin-client.ts';
import { adminSocketPath } from './keys/admin-path.ts';
import { NewKey, type KeyAdmin } from './keys/key-admin.ts';
import { keysTable } from './keys/keys-table.ts';
import { Keys } from './keys/keys.ts';
import { LimitChange } from './keys/limits.ts';
import { sleep, systemClock } from './lifetime/clock.ts';
import type { Closable } from './lifetime/scope.ts';
import { openLog } from './telemetry/log.ts';

/*
 * `npm run keys`: API keys from the command line. Through the server when it runs, since a PGlite folder has one owner;
 * else it opens the database itself.
 */
const usage = `Usage:
  npm run keys -- create <name> [--workspace <workspace>] [limits]   make a key and show it, this once
  npm run keys -- list                                               show all keys, revoked ones too
  npm run keys -- limit <id> <limits>                                change what a key may use
  npm run keys -- revoke <id>                                        refuse a key from now on
Limits, each a number or "none":
  --max-sessions <n>           voice sessions at once
  --max-minutes-per-day <n>    minutes of all its voice sessions in a day (UTC)`;

/** A server that starts or stops has the folder, but does not listen yet or any more. */
const patience = { waitMs: 20_000, everyMs: 250 } as const;

async function main(args: string[]): Promise<void> {
  const command = readCommand(args);
  const config = loadConfig(process.env, process.cwd());
  const opened = await openAdmin(config);
  try {
    await command(opened.admin);
  } finally {
    await opened.close();
  }
}

/** @throws {SetUpFailed} when the arguments mean nothing */
function readCommand(args: string[]): (admin: KeyAdmin) => Promise<void> {
  const { positionals, values } = parse(args);
  const [name, what, ...rest] = positionals;
  if (rest.length > 0) throw new SetUpFailed(usage);
  if (name === 'list' && what === undefined) {
    return async (admin) => console.log(keysTable(await admin.list()));
  }
  if (name === 'revoke' && what !== undefined) {
    return async (admin) => {
      if (!(await admin.revoke(what))) throw new SetUpFailed(`No key in use has the id ${what}.`);
      console.error('Revoked.');
    };
  }
  const limits = readLimits(values);
  if (name === 'limit' && what !== undefined && Object.keys(limits).length > 0) {
    return async (admin) => {
      if (!(await admin.limit(what, limits)))
        throw new SetUpFailed(`No key in use has the id ${what}.`);
      console.error('Limits changed.');
    };
  }
  const { workspace } = values;
  const asked = NewKey.safeParse({ name: what, workspace, limits });
  if (name !== 'create' || !asked.success) throw new SetUpFailed(usage);
  return async (admin) => {
    const { key, id, workspace } = await admin.create(asked.data);
    console.error(`Key ${id} of workspace "${workspace}". It is shown only now:`);
    console.log(key);
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        workspace: { type: 'string' },
        'max-sessions': { type: 'string' },
        'max-minutes-per-day': { type: 'string' },
      },
    });
  } catch (cause) {
    throw new SetUpFailed(usage, { cause });
  }
}

/** @throws {SetUpFailed} when one is neither a number nor "none" */
function readLimits(values: ReturnType<typeof parse>['values']): LimitChange {
  const given = {
    maxSessions: values['max-sessions'],
    maxMinutesPerDay: values['max-minutes-per-day'],
  };
  const numbers = Object.entries(given).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text === 'none' ? null : Number(text || Number.NaN)]],
  );
  const limits = LimitChange.safeParse(Object.fromEntries(numbers));
  if (!limits.success) throw new SetUpFailed(usage);
  return limits.data;
}

async function openAdmin(config: Config): Promise<{ admin: KeyAdmin } & Closable> {
  const socketPath = await adminSocketPath(config.dataDir);
  const giveUpMs = systemClock.nowMs() + patience.waitMs;
  for (;;) {
    if (await isAdminListening(socketPath)) {
      return { admin: new AdminClient(socketPath), close: () => undefined };
    }
    try {
      return await openOwn(config);
    } catch (cause) {
      if (!(cause instanceof DataFolderInUse) || systemClock.nowMs() >= giveUpMs) throw cause;
      await sleep(systemClock, patience.everyMs);
    }
  }
}

async function openOwn(config: Config): Promise<{ admin: KeyAdmin } & Closable> {
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    migrationsDir: resolve('drizzle'),
    log: openLog('keys', { ...config.log, level: 'warn' }),
  });
  const admin = new Keys({ db: database.db, clock: systemClock, onWorkspaceMade: plantSeeds });
  return { admin, close: () => database.close() };
}

try {
  await main(process.argv.slice(2));
} catch (cause) {
  if (!(cause instanceof SetUpFailed)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
