import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { VideoOffer } from '../room/videos.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import { wantsVision } from '../protocol/vision-config.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import { sightRules, type SightRules } from '../sight/sight-rules.ts';
import type { Log } from '../telemetry/log.ts';
import { Sight } from './sight.ts';

/** Each costs its decoding, whether it is looked at or not. Who comes later is seen when a place is free. */
const mostWatched = 4;

/** What a look finds: whose it is, and what they show. */
type Seen = { identity: string; sight: Sight };

/** What the people in a room show, each by a buffer of their own. */
export class Sights implements Closable {
  readonly #all = new Map<string, { sight: Sight; offers: VideoOffer[] }>();
  #lastPts = 0;

  constructor(
    private readonly deps: {
      clock: Clock;
      log: Log;
      rules: SightRules;
      trackName: string;
    },
  ) {}

  get rules(): SightRules {
    return this.deps.rules;
  }

  get nowMs(): number {
    return this.deps.clock.nowMs();
  }

  /** All videos of a participant, as they are now. */
  update(identity: string, offers: VideoOffer[]): void {
    if (offers.length === 0) {
      this.#all.get(identity)?.sight.close();
      if (!this.#all.delete(identity)) return;
      this.#fillPlaces();
      return;
    }
    const known = this.#all.get(identity);
    const entry = known ?? { sight: this.#newSight(), offers };
    entry.offers = offers;
    this.#all.set(identity, entry);
    const wasActive = entry.sight.isActive;
    entry.sight.update(offers, wasActive || this.#hasPlace);
    if (wasActive && !entry.sight.isActive) this.#fillPlaces();
  }

  /**
   * What is looked at for somebody: what they show themselves, else what was shown first by another.
   * @param identity undefined where it is not known who
   */
  of(identity: string | undefined): Seen | undefined {
    const active = [...this.#all].flatMap(([id, { sight }]) =>
      sight.isActive ? [{ identity: id, sight }] : [],
    );
    return active.find((seen) => seen.identity === identity) ?? active[0];
  }

  close(): Promise<void> {
    for (const { sight } of this.#all.values()) sight.close();
    this.#all.clear();
    return Promise.resolve();
  }

  get #hasPlace(): boolean {
    const active = [...this.#all.values()].filter(({ sight }) => sight.isActive);
    return active.length < mostWatched;
  }

  #fillPlaces(): void {
    for (const { sight, offers } of this.#all.values()) {
      if (!sight.isActive && this.#hasPlace) sight.update(offers, true);
    }
  }

  #newSight(): Sight {
    return new Sight({
      ...this.deps,
      newPts: () => {
        // Of the wall clock, so that a process which takes the session over gives none a second time.
        this.#lastPts = Math.max(this.#lastPts + 1, this.deps.clock.nowAt().getTime() * 1_000);
        return this.#lastPts;
      },
    });
  }
}

/** Watches the videos of a room where somebody asked to be seen; else LiveKit is told that we want none. */
export function openSights(
  room: Pick<AgentRoom, 'events'>,
  settings: SessionSettings,
  deps: { clock: Clock; log: Log },
): Sights | undefined {
  if (!wantsVision(settings)) return undefined;
  const { video_track_name: trackName, vision_input_config: config } = settings;
  const sights = new Sights({ ...deps, rules: sightRules(config), trackName });
  room.events.on('videos', (identity, offers) => {
    sights.update(identity, offers);
  });
  return sights;
}
