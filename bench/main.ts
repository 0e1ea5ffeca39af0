import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Callers } from './callers-link.ts';
import { churn, enduranceTable, soak } from './endurance.ts';
import { stagesOf, tableOf, type Row } from './figures.ts';
import { measure } from './measure.ts';
import { readOptions, WrongUsage, type Options } from './options.ts';
import { startOwnServer, type Subject } from './own-server.ts';
import { withMeasured, type MeasuredPart } from './performance-doc.ts';
import { treeOf } from './processes.ts';
import { openBenchProvider, type BenchProvider } from './provider.ts';

/*
 * How fast a voice server answers and what its sessions cost: a provider with fixed delays, callers that really call,
 * and this server or any other that answers POST /connect.
 */
const program = fileURLToPath(import.meta.url);
/** Compiled, this is dist/bench/main.js. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'docs/performance.md');
/** Turns of a row, at least: half of them interrupt. */
const leastTurns = 40;
const leastTurnsOfACaller = 8;
const churnAtOnce = 4;

async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options.callers) {
    // Loaded here only: WebRTC belongs into the callers' process alone.
    const { serveCallers } = await import('./callers.ts');
    await serveCallers();
    return;
  }
  const provider = await openBenchProvider(undefined, options['provider-port']);
  say(`provider: ${provider.baseUrl}\n`);
  if (options['provider-only']) return;
  try {
    if (options.soak !== undefined || options.churn !== undefined) {
      const part = options.churn === undefined ? 'soak' : 'churn';
      const text = [machine(), await endure(options, provider)].join('\n\n');
      await report(part, text, options);
      return;
    }
    const rows = await measureAll(options, provider);
    const text = [machine(), tableOf(rows), stagesOf(rows)].join('\n\n').trimEnd();
    await report('bench', text, options);
  } finally {
    await provider.close();
  }
}

async function report(part: MeasuredPart, text: string, { write }: Options): Promise<void> {
  process.stdout.write(`\n${text}\n`);
  if (write) await writeFile(page, withMeasured(await readFile(page, 'utf8'), part, text));
}

async function measureAll(options: Options, provider: BenchProvider): Promise<Row[]> {
  const rows: Row[] = [];
  for (const sessions of options.sessions) {
    const turns = options.turns ?? Math.max(leastTurnsOfACaller, Math.ceil(leastTurns / sessions));
    // Each row has a server and callers of its own: what one leaves behind is not the next one's.
    say(`${sessions}: starting\n`);
    const subject = await subjectOf(options, provider);
    try {
      const callers = await Callers.start(program);
      try {
        const row = await measure(sessions, turns, {
          subject,
          callers,
          provider,
          say: (text) => {
            say(`${sessions}: ${text}`);
          },
        });
        rows.push(row);
        say(`\n${tableOf([row])}\n${stagesOf([row])}\n`);
      } finally {
        await callers.close();
      }
    } finally {
      await subject.close();
    }
  }
  return rows;
}

/** Soak or churn, on one server from beginning to end. */
async function endure(options: Options, provider: BenchProvider): Promise<string> {
  const subject = await subjectOf(options, provider);
  try {
    const callers = await Callers.start(program);
    const deps = { subject, callers, say };
    try {
      const endurance =
        options.churn === undefined
          ? await soak(options.sessions[0] ?? 1, options.soak ?? 1, deps)
          : await churn(options.churn, churnAtOnce, deps);
      return enduranceTable(endurance);
    } finally {
      await callers.close();
    }
  } finally {
    await subject.close();
  }
}

async function subjectOf(options: Options, provider: BenchProvider): Promise<Subject> {
  const { url, key, character, pid } = options;
  if (url === undefined || key === undefined || character === undefined) {
    const nodeArgs = options['node-args'].split(' ').filter((arg) => arg !== '');
    return startOwnServer({ root, providerUrl: provider.baseUrl, nodeArgs });
  }
  return {
    url,
    apiKey: key,
    characterId: character,
    agentPids: () => (pid === undefined ? [] : treeOf(pid)),
    close: () => Promise.resolve(),
  };
}

function machine(): string {
  const cores = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cores.length} cores of ${cores[0]?.model ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}. Times are p50 / p90 (samples).`;
}

/** Progress overwrites itself in a terminal; elsewhere each step has its line. */
function say(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text.trimEnd()}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof WrongUsage ? error.message : error);
  process.exit(1);
});
