/**
 * The embedded provider as a program: `node dist/src/offline/serve.js --port 0`. An OpenAI-shaped server on loopback,
 * for when no other is configured. When it is ready it says on which port: to a parent with an IPC channel by a
 * message, else in one JSON line. It ends on SIGTERM, or when the parent's channel (without one: standard input) closes.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../lifetime/clock.ts';
import { Scope } from '../lifetime/scope.ts';
import { openLog } from '../telemetry/log.ts';
import { TranscriberPool } from './hearing/transcriber-pool.ts';
import { offlineRoutes } from './offline-routes.ts';
import { RealtimeDoor } from './realtime/realtime-door.ts';
import { ServeOptions, type ServeReady } from './serve-options.ts';
import { listen } from './server.ts';
import { ThreadSynthesiser } from './speech/thread-synthesiser.ts';

const options = ServeOptions.parse(
  parseArgs({
    options: {
      port: { type: 'string' },
      root: { type: 'string' },
      'cache-dir': { type: 'string' },
      'log-level': { type: 'string' },
      recognisers: { type: 'string' },
    },
  }).values,
);
const log = openLog('offline', {
  level: options['log-level'],
  pretty: false,
  includePrivate: false,
});
const scope = new Scope('offline', (child, cause) =>
  log.error({ err: cause, child }, 'close failed'),
);

let ending: Promise<never> | undefined;
const end = () => {
  ending ??= scope.close().then(() => process.exit(0));
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
if (process.send) process.once('disconnect', end);
else process.stdin.once('close', end).resume();

const root = options.root ?? resolve(fileURLToPath(new URL('../../../', import.meta.url)));
const deps = {
  clock: systemClock,
  log,
  root,
  cacheDir: options['cache-dir'] ?? join(homedir(), '.cache/parley'),
};
const recogniser = await scope.own('recogniser', new TranscriberPool(deps, options.recognisers));
const synthesiser = await scope.own('synthesiser', new ThreadSynthesiser(systemClock, log));
const server = await scope.own(
  'http',
  listen(
    offlineRoutes({ recogniser, synthesiser }),
    options.port,
    log,
    new RealtimeDoor({ recogniser, clock: systemClock, log }),
  ),
);

const ready: ServeReady = { ready: true, port: server.port };
if (process.send) process.send(ready);
else process.stdout.write(`${JSON.stringify(ready)}\n`);

// Both are slow the first time; nobody should be the first.
recogniser.warmUp();
synthesiser.languages().catch((cause: unknown) => log.error({ err: cause }, 'no synthesis'));
