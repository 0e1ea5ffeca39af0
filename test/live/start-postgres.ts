import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChildProcess } from '../../src/lifetime/child-process.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import type { Closable } from '../../src/lifetime/scope.ts';
import { freePorts } from '../fakes/free-ports.ts';

/** PostgreSQL refuses to run as root: root runs it as `nobody`, whose numbers are these on Linux. */
const nobody = 65_534;

/** A real PostgreSQL with a new cluster of its own on loopback. */
export class TestPostgres implements Closable {
  #server: ChildProcess | undefined;

  private constructor(
    private readonly binDir: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** @throws when there is no PostgreSQL: `npm test` gets one and says where */
  static async make(): Promise<TestPostgres> {
    const binDir = process.env['PARLEY_TEST_POSTGRES_BIN'];
    if (!binDir) {
      throw new Error(
        'PARLEY_TEST_POSTGRES_BIN must name the folder of initdb and postgres; `npm test` sets it',
      );
    }
    const [port] = await freePorts(1);
    if (port === undefined) throw new Error('no free port');
    const folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'));
    if (isRoot()) await chown(folder, nobody, nobody);
    const postgres = new TestPostgres(binDir, folder, port);
    const { file, args } = postgres.#command('initdb', [
      ...['--pgdata', join(folder, 'data'), '--username', 'parley', '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ]);
    await promisify(execFile)(file, args, { cwd: folder });
    return postgres;
  }

  get url(): string {
    return `postgres://parley@127.0.0.1:${this.port}/postgres`;
  }

  /** Does not wait until it answers: that is for those who connect. */
  async start(): Promise<void> {
    const settings = ['unix_socket_directories=', 'fsync=off', 'listen_addresses=127.0.0.1'];
    this.#server = await ChildProcess.start(
      {
        ...this.#command('postgres', [
          ...['-D', join(this.folder, 'data'), '-p', String(this.port)],
          ...settings.flatMap((setting) => ['-c', setting]),
        ]),
        cwd: this.folder,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
        onLine: () => undefined,
        // SIGINT is PostgreSQL's fast shutdown: connections are broken off, data is kept.
        stop: [{ signal: 'SIGINT', waitMs: 20_000 }],
      },
      systemClock,
    );
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #command(program: string, args: string[]): { file: string; args: string[] } {
    const file = join(this.binDir, program);
    if (!isRoot()) return { file, args };
    const as = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    return { file: 'setpriv', args: [...as, file, ...args] };
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
