import type { Clock } from '../../src/lifetime/clock.ts';
import type { ProviderFailed } from '../../src/providers/provider-failed.ts';
import type { Stt, SttOptions, Transcript } from '../../src/providers/stt/stt.ts';
import { CallLog, Script } from './scripted-call.ts';

/** One answer. `afterMs` of the clock pass first (0 when left out; `Infinity` hangs until aborted). */
export type SttStep = { afterMs?: number } & (
  { text: string | ((samples: Int16Array) => string) } | { fails: ProviderFailed }
);

export type SttInput = { samples: Int16Array; language: string | undefined };

/** A recogniser that hears what it was told to. */
export class ScriptedStt implements Stt {
  readonly script: Script<SttStep>;
  readonly log: CallLog<SttInput>;

  constructor(clock: Clock, ...steps: SttStep[]) {
    this.script = new Script(steps);
    this.log = new CallLog(clock);
  }

  async transcribe(samples: Int16Array, { language, signal }: SttOptions): Promise<Transcript> {
    signal.throwIfAborted();
    const step = this.script.next();
    const call = this.log.begin({ samples, language });
    try {
      await this.log.wait(step.afterMs ?? 0, signal);
      signal.throwIfAborted();
      if ('fails' in step) throw step.fails;
      const text = typeof step.text === 'string' ? step.text : step.text(samples);
      this.log.end(call, 'completed');
      return { text: text.trim() };
    } finally {
      this.log.end(call, signal.aborted ? 'aborted' : 'failed');
    }
  }
}
