import type { Clock } from '../../lifetime/clock.ts';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { RealtimeLine, type StreamDoor } from './realtime-line.ts';
import type { SocketEnd } from './realtime-socket.ts';
import type { Stt, SttLine, SttLineOptions, SttOptions, Transcript } from './stt.ts';

export type RealtimeSttDeps = {
  clock: Clock;
  /** How long a provider that refused the WebSocket is left in peace. */
  refusedMs?: number;
  random?: () => number;
};

/** Somebody installs or updates a server now and then; until then no turn pays for asking again. */
const refusedForMs = 10 * 60_000;
/** What is not there, or breaks again and again, may be there in a moment. */
const absentForMs = 30_000;

/**
 * Streaming over OpenAI's Realtime API, as OpenAI, speaches and the embedded provider have it. Whatever goes wrong with
 * it, `rest` takes the whole utterance instead.
 */
export class RealtimeStt implements Stt {
  readonly #door: StreamDoor;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(
    private readonly rest: Pick<Stt, 'transcribe'>,
    private readonly settings: StageSettings,
    { clock, refusedMs = refusedForMs, random = Math.random }: RealtimeSttDeps,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#door = openDoor(clock, refusedMs);
  }

  transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript> {
    return this.rest.transcribe(samples, options);
  }

  openLine(options: SttLineOptions): SttLine {
    return new RealtimeLine(options, {
      settings: this.settings,
      clock: this.#clock,
      random: this.#random,
      door: this.#door,
      rest: this.rest,
    });
  }
}

function openDoor(clock: Clock, refusedMs: number): StreamDoor {
  let shutUntilMs = Number.NEGATIVE_INFINITY;
  return {
    get isShut() {
      return clock.nowMs() < shutUntilMs;
    },
    shut({ refused, failure }: SocketEnd) {
      const isAbsent = !refused || failure.reason === 'unreachable';
      shutUntilMs = clock.nowMs() + (isAbsent ? absentForMs : refusedMs);
    },
  };
}
