import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100; // USER_HZ of Linux, fixed in its ABI

type Process = { pid: number; parentPid: number; command: string };

/** Child processes of `parentPid` whose command line contains `name`. */
export function childrenOf(parentPid: number, name: string): number[] {
  return all().flatMap((process) =>
    process.parentPid === parentPid && process.command.includes(name) ? [process.pid] : [],
  );
}

/** A process and everything that it started. */
export function treeOf(pid: number): number[] {
  const processes = all();
  const tree = [pid];
  for (const parent of tree) {
    for (const process of processes) if (process.parentPid === parent) tree.push(process.pid);
  }
  return tree;
}

/** What processes hold in memory, added up; pages that they share count for each. */
export function rssMbOf(pids: readonly number[]): number {
  const list = pids.join(',');
  const rows = execFileSync('ps', ['-o', 'rss=', '-p', list], { encoding: 'utf8' });
  return rows.split('\n').reduce((sum, row) => sum + Number(row), 0) / 1024;
}

/** Threads and open files of processes, added up. NaN where there is no Linux /proc. */
export function threadsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + entriesOf(`/proc/${pid}/task`), 0);
}

export function fdsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + entriesOf(`/proc/${pid}/fd`), 0);
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return Number.NaN;
  }
}

/** CPU time of processes since they began, added up. NaN where there is no Linux /proc. */
export function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
}

function all(): Process[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return rows.split('\n').flatMap((row) => {
    const [, pid, parentPid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parentPid: Number(parentPid), command }];
  });
}

function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the command's name, which may contain blanks: utime and stime are the 12th and 13th of these.
    const fields = stat.replace(/^.*\) /s, '').split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
