import { sleep } from '../../src/lifetime/clock.ts';
import type { OutsideTool, ToolBox, ToolOutcome } from '../../src/providers/tools/tool-box.ts';
import type { FakeClock } from './fake-clock.ts';

/** Functions of the world outside that answer as they were told to. */
export class ScriptedTools implements ToolBox {
  readonly calls: string[] = [];
  tookMs = 0;
  outcome: ToolOutcome = { ok: true, text: '{"temp": 4}' };
  readonly offered: OutsideTool[];

  constructor(
    private readonly clock: FakeClock,
    tools: Record<string, { isRepeatable: boolean }>,
  ) {
    this.offered = Object.entries(tools).map(([name, { isRepeatable }]) => ({
      name,
      description: name,
      parameters: { type: 'object' },
      isRepeatable,
    }));
  }

  async call(name: string, args: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    this.calls.push(`${name} ${JSON.stringify(args)}`);
    await sleep(this.clock, this.tookMs, signal);
    return this.outcome;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
