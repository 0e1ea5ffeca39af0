import { execFileSync } from 'node:child_process';

export type ProcessRow = { pid: number; parentPid: number; command: string };

/** Every process that this one started, and those started by them. A child of one that died is not among them. */
export function descendantsOf(pid: number): ProcessRow[] {
  const all = processes();
  const found: ProcessRow[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = all.filter(({ parentPid }) => parents.has(parentPid));
    found.push(...children);
    parents = new Set(children.map((child) => child.pid));
  }
  return found;
}

function processes(): ProcessRow[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return rows.split('\n').flatMap((row) => {
    const [, pid, parentPid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return command === undefined || command.startsWith('ps -A')
      ? []
      : [{ pid: Number(pid), parentPid: Number(parentPid), command }];
  });
}
