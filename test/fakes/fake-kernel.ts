import type { Kernel } from '../../src/machine/kernel.ts';

/** Any machine: with these files, and cores that are as busy as the test says. */
export class FakeKernel implements Kernel {
  busyMs = 0;
  allMs = 0;

  constructor(
    readonly files: Record<string, string> = {},
    private readonly coreCount = 2,
  ) {}

  /** Lets time pass on all cores. @param share of it in which they worked, 0 to 1 */
  pass(ms: number, share: number): void {
    this.allMs += ms * this.coreCount;
    this.busyMs += ms * this.coreCount * share;
  }

  cpuTimes(): { busyMs: number; allMs: number } {
    return { busyMs: this.busyMs, allMs: this.allMs };
  }

  cores(): number {
    return this.coreCount;
  }

  text(path: string): string | undefined {
    return this.files[path];
  }
}
