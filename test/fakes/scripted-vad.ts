import { rmsDbfs } from '../../src/audio/level.ts';
import type { Vad, VadStream } from '../../src/providers/vad/vad.ts';

/**
 * Takes everything louder than -45 dBFS for speech, so a test decides by what it feeds: tone or silence. `override`
 * says something else for a while.
 */
export class ScriptedVad implements Vad {
  /** When set, the probability for every window. */
  override: number | undefined;
  openStreams = 0;
  windows = 0;
  closed = false;

  openStream(): VadStream {
    this.openStreams++;
    return {
      speechProbability: (window) => {
        this.windows++;
        return Promise.resolve(this.override ?? (rmsDbfs(window) > -45 ? 0.98 : 0.02));
      },
      reset: () => undefined,
    };
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
