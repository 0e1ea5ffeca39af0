import { ChildProcess } from '../lifetime/child-process.ts';
import type { Clock } from '../lifetime/clock.ts';

type Command = {
  file: string;
  args: readonly string[];
  cwd?: string;
  env: Readonly<Record<string, string>>;
  /** After this the command is killed and counts as failed. */
  timeoutMs: number;
  onLine?: (line: string) => void;
};

type Outcome = {
  ok: boolean;
  /** The last lines it wrote, at most 40, or why it could not run. */
  output: string;
};

/** Runs programs to their end. Tests have one that only pretends. */
export interface Shell {
  run(command: Command, signal?: AbortSignal): Promise<Outcome>;
}

const keptLines = 40;

export function systemShell(clock: Clock): Shell {
  return {
    async run(command, signal) {
      const lines: string[] = [];
      let child: ChildProcess;
      try {
        child = await ChildProcess.start(
          {
            ...command,
            onLine(line) {
              lines.push(line);
              if (lines.length > keptLines) lines.shift();
              command.onLine?.(line);
            },
          },
          clock,
        );
      } catch (cause) {
        return { ok: false, output: cause instanceof Error ? cause.message : String(cause) };
      }
      const close = () => void child.close();
      const cancel = clock.after(command.timeoutMs, () => {
        lines.push(`it took longer than ${Math.round(command.timeoutMs / 1000)} s`);
        close();
      });
      signal?.addEventListener('abort', close, { once: true });
      if (signal?.aborted) close();
      const { code } = await child.exited;
      cancel();
      signal?.removeEventListener('abort', close);
      signal?.throwIfAborted();
      return { ok: code === 0, output: lines.join('\n') };
    },
  };
}
