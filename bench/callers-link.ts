import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Told, type Ask, type Connected, type Talked } from './callers-protocol.ts';

export type Progress = { turns: number; finishedCallers: number };

/** The line to the process in which the callers live; apart, so that their work is not counted as the server's. */
export class Callers {
  private constructor(private readonly child: ChildProcess) {}

  /** @param program runs `serveCallers` when started with `--callers` */
  static async start(program: string): Promise<Callers> {
    const callers = new Callers(
      fork(program, ['--callers'], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    );
    await callers.#told('idle', () => undefined);
    return callers;
  }

  async connect(ask: Omit<Extract<Ask, { do: 'connect' }>, 'do'>): Promise<Connected> {
    this.child.send({ do: 'connect', ...ask } satisfies Ask);
    return this.#told('connected', () => undefined);
  }

  async talk(turns: number, onProgress: (progress: Progress) => void): Promise<Talked> {
    this.child.send({ do: 'talk', turns } satisfies Ask);
    return this.#told('talked', onProgress);
  }

  async leave(): Promise<void> {
    this.child.send({ do: 'leave' } satisfies Ask);
    await this.#told('idle', () => undefined);
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  #told<K extends Told['kind']>(
    kind: K,
    onProgress: (progress: Progress) => void,
  ): Promise<Extract<Told, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown) => {
        const told = Told.parse(message);
        if (isOf(told, kind)) {
          this.child.off('message', onMessage).off('exit', onExit);
          resolve(told);
        } else if (told.kind === 'progress') onProgress(told);
      };
      const onExit = (code: number | null) => {
        reject(new Error(`the callers ended with ${code ?? 'a signal'}`));
      };
      this.child.on('message', onMessage).once('exit', onExit);
    });
  }
}

function isOf<K extends Told['kind']>(told: Told, kind: K): told is Extract<Told, { kind: K }> {
  return told.kind === kind;
}
