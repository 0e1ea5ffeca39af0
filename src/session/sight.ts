import { sleep, type Clock } from '../lifetime/clock.ts';
import type { VideoOffer } from '../room/videos.ts';
import { FrameRing } from '../sight/frame-ring.ts';
import { SeenFrame } from '../sight/seen-frame.ts';
import type { SightRules } from '../sight/sight-rules.ts';
import type { Log } from '../telemetry/log.ts';

type SightDeps = {
  clock: Clock;
  log: Log;
  rules: SightRules;
  /** `video_track_name`: a video of this name counts before all others. */
  trackName: string;
  /** A name for a frame that no other of the session has. */
  newPts: () => number;
};

/** A source that fails again and again is left alone until its videos change. */
const mostFailures = 5;

/** What one participant shows: of their videos the one that counts, sampled into a buffer. */
export class Sight {
  readonly #ring: FrameRing;
  #offer: VideoOffer | undefined;
  #sampling: AbortController | undefined;

  constructor(private readonly deps: SightDeps) {
    this.#ring = new FrameRing(deps.rules.capacity);
  }

  /** Oldest first. */
  get frames(): readonly SeenFrame[] {
    return this.#ring.frames;
  }

  /** Whether there is something to be seen, though no frame of it may have come yet. */
  get isActive(): boolean {
    return this.#offer !== undefined;
  }

  /** What the source is, in the words of Convai's documentation where it has one. */
  get label(): string | undefined {
    const offer = this.#offer;
    if (!offer) return undefined;
    switch (offer.source) {
      case 'camera':
        return 'webcam';
      case 'screen':
        return 'screen';
      case 'other':
        return offer.name;
    }
  }

  /** @param mayWatch whether there is room for one more video in this session */
  update(offers: VideoOffer[], mayWatch: boolean): void {
    const { log, rules, trackName } = this.deps;
    const chosen = mayWatch ? best(offers, trackName) : undefined;
    for (const offer of offers) offer.want(offer.id === chosen?.id, rules.longestSide);
    const before = this.#offer;
    this.#offer = chosen;
    if (before && before.id !== chosen?.id) {
      this.#stop();
      log.info(
        { source: before.source, goesOn: chosen !== undefined },
        'a video is no longer seen',
      );
    }
    if (chosen && before?.id !== chosen.id)
      log.info({ source: chosen.source }, 'a video is there to be seen');
    if (!chosen?.isOpen) this.#stopSampling();
    else if (!this.#sampling) this.#start(chosen);
  }

  close(): void {
    this.#offer = undefined;
    this.#stop();
  }

  #start(offer: VideoOffer): void {
    const sampling = new AbortController();
    this.#sampling = sampling;
    void this.#sample(offer, sampling.signal).finally(() => {
      if (this.#sampling === sampling) this.#sampling = undefined;
    });
  }

  #stopSampling(): void {
    this.#sampling?.abort();
    this.#sampling = undefined;
  }

  /** What was shown is shown no more: nothing of it stays. */
  #stop(): void {
    this.#stopSampling();
    this.#ring.clear();
  }

  /** Never rejects. */
  async #sample(offer: VideoOffer, signal: AbortSignal): Promise<void> {
    const { clock, rules, log, newPts } = this.deps;
    const isOver = () => signal.aborted;
    for (let failures = 0; failures < mostFailures && !isOver();) {
      const startedMs = clock.nowMs();
      try {
        const raw = await offer.grab(signal);
        if (!raw || isOver()) return;
        this.#ring.push(new SeenFrame(raw, newPts(), clock.nowMs(), rules.longestSide));
        failures = 0;
      } catch (err) {
        failures++;
        log.warn({ err, failures }, 'a frame could not be taken');
      }
      const leftMs = rules.intervalMs - (clock.nowMs() - startedMs);
      await sleep(clock, leftMs, signal).catch(() => undefined);
    }
  }
}

/** A muted video shows nothing. The named one counts first, then a camera or screen, then any other; the oldest of each. */
function best(offers: VideoOffer[], trackName: string): VideoOffer | undefined {
  const shown = offers.filter(({ isMuted }) => !isMuted);
  return (
    shown.find(({ name }) => name === trackName) ??
    shown.find(({ source }) => source !== 'other') ??
    shown[0]
  );
}
