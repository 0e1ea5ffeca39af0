import { backoffMs } from '../../lifetime/backoff.ts';
import type { Clock } from '../../lifetime/clock.ts';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { iso639 } from './language.ts';
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
/** What is slow, not there or breaks again and again may be there in a moment; each time it is not, it is left alone longer. */
const troubled = { firstMs: 4_000, lastMs: 60_000 };
/** More than anybody speaks to one server; beyond that all are asked again. */
const mostLanguages = 64;

/**
 * Streaming over OpenAI's Realtime API, as OpenAI, speaches and the embedded provider have it. Whatever goes wrong with
 * it, `rest` takes the whole utterance instead.
 */
export class RealtimeStt implements Stt {
  /** By language: who refuses one may take another. */
  readonly #doors = new Map<string, StreamDoor>();

  constructor(
    private readonly rest: Pick<Stt, 'transcribe'>,
    private readonly settings: StageSettings,
    private readonly deps: RealtimeSttDeps,
  ) {}

  transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript> {
    return this.rest.transcribe(samples, options);
  }

  openLine(options: SttLineOptions): SttLine {
    const { settings, rest } = this;
    const { clock, random = Math.random } = this.deps;
    const door = this.#door(iso639(options.language) ?? '');
    return new RealtimeLine(options, { settings, rest, clock, random, door });
  }

  #door(language: string): StreamDoor {
    const known = this.#doors.get(language);
    if (known) return known;
    const door = openDoor(this.deps);
    if (this.#doors.size >= mostLanguages) this.#doors.clear();
    this.#doors.set(language, door);
    return door;
  }
}

function openDoor({
  clock,
  refusedMs = refusedForMs,
  random = Math.random,
}: RealtimeSttDeps): StreamDoor {
  let shutUntilMs = Number.NEGATIVE_INFINITY;
  let troubles = 0;
  return {
    get isShut() {
      return clock.nowMs() < shutUntilMs;
    },
    shut({ refused }: SocketEnd) {
      shutUntilMs =
        clock.nowMs() + (refused ? refusedMs : backoffMs(troubled, troubles++, random()));
    },
    opened() {
      troubles = 0;
    },
  };
}
