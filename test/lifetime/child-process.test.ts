import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import typescript from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { ChildProcess, type ChildCommand } from '../../src/lifetime/child-process.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { processAlive } from '../fakes/process-alive.ts';
import { soon } from '../fakes/soon.ts';

function shell(script: string, rest: Partial<ChildCommand> = {}): ChildCommand {
  return { file: '/bin/sh', args: ['-c', script], env: {}, onLine: () => undefined, ...rest };
}

describe('ChildProcess', () => {
  it('gives every line of both streams, the last one without a newline too', async () => {
    const lines: string[] = [];
    const child = await ChildProcess.start(
      shell('echo one; printf two; echo three >&2', {
        onLine: (line, stream) => lines.push(`${stream} ${line}`),
      }),
      systemClock,
    );
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(lines.toSorted()).toEqual(['stderr three', 'stdout one', 'stdout two']);
  });

  it('hands on the environment it was given and nothing of ours', async () => {
    const lines: string[] = [];
    const child = await ChildProcess.start(
      {
        file: '/usr/bin/env',
        args: [],
        env: { ONLY: 'this' },
        onLine: (line) => lines.push(line),
      },
      systemClock,
    );
    await child.exited;
    expect(lines).toEqual(['ONLY=this']);
  });

  it('says why a program cannot be started', async () => {
    const start = ChildProcess.start({ ...shell(''), file: '/no/such/program' }, systemClock);
    await expect(start).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends a child that heeds SIGTERM', async () => {
    const child = await ChildProcess.start(shell('exec sleep 600'), systemClock);
    await child.close();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(processAlive(child.pid)).toBe(false);
  });

  it('kills a child that ignores every stop step, together with what it started', async () => {
    const pids: number[] = [];
    const child = await ChildProcess.start(
      shell(`trap '' TERM; sleep 600 & echo $!; wait; while :; do sleep 600; done`, {
        onLine: (line) => pids.push(Number(line)),
        stop: [
          { signal: 'SIGTERM', waitMs: 50 },
          { signal: 'SIGTERM', waitMs: 50 },
        ],
      }),
      systemClock,
    );
    await vi.waitUntil(() => pids.length === 1, soon);
    await child.close();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await vi.waitUntil(() => pids.every((pid) => !processAlive(pid)), soon);
  });

  it('leaves nothing behind when the process that owns it is killed', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', await ownerProgram()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    owner.stdout.setEncoding('utf8');
    owner.stdout.on('data', (text: string) => pids.push(...text.trim().split('\n').map(Number)));
    await vi.waitUntil(() => pids.length === 1, soon);
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    await vi.waitUntil(() => pids.every((pid) => !processAlive(pid)), soon);
    expect(pids).toHaveLength(1);
  });
});

/**
 * A program that starts a child, prints the child's process id and stays. Plain node does not read TypeScript, so
 * it gets the two modules compiled, as data URLs.
 */
async function ownerProgram(): Promise<string> {
  const lines = dataUrl(await compiled('lines'));
  const module = dataUrl((await compiled('child-process')).replace('./lines.ts', lines));
  return `
    const { ChildProcess } = await import(${JSON.stringify(module)});
    const child = await ChildProcess.start({
      file: '/bin/sh', args: ['-c', 'exec sleep 600'], env: {}, onLine() {},
    }, { after: () => () => {} });
    console.log(child.pid);`;
}

async function compiled(name: string): Promise<string> {
  const source = await readFile(new URL(`../../src/lifetime/${name}.ts`, import.meta.url), 'utf8');
  const { ModuleKind, ScriptTarget, transpileModule } = typescript;
  return transpileModule(source, {
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
  }).outputText;
}

function dataUrl(javascript: string): string {
  return `data:text/javascript;base64,${Buffer.from(javascript).toString('base64')}`;
}
