import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type ProcessUse = { rssMb: number; cpuMs: number };

const ticksPerSecond = 100; // USER_HZ of Linux, fixed in its ABI

/** Child processes of `parentPid` whose command line contains `name`. */
export function childrenOf(parentPid: number, name: string): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return rows.flatMap((row) => {
    const [, pid, ppid, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(ppid) === parentPid && args?.includes(name) ? [Number(pid)] : [];
  });
}

/** What processes use, added up. CPU time needs Linux's /proc, elsewhere it is NaN. */
export function useOf(pids: number[]): ProcessUse {
  const each = pids.map((pid) => ({ rssMb: rssMbOf(pid), cpuMs: cpuMsOf(pid) }));
  return each.reduce((a, b) => ({ rssMb: a.rssMb + b.rssMb, cpuMs: a.cpuMs + b.cpuMs }), { rssMb: 0, cpuMs: 0 });
}

function rssMbOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

function cpuMsOf(pid: number): number {
  try {
    // Fields after the command's name, which may contain blanks: utime and stime are the 12th and 13th of these.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
