import type { Clock } from '../lifetime/clock.ts';

/**
 * The web SDK forgets a bot-ready that comes before LiveKit has told it "connected", which is up to 45 ms after the
 * first sign of it; LiveKit forgets one that comes before the client's data channel is open, which takes longer where
 * many connect at once (1 of 240 had neither the first nor the second). Another one does no harm.
 */
const repeatsMs = [300, 1_500];
/**
 * With no track of ours to subscribe to, the first sign of a client that publishes nothing comes up to 3 s late
 * (LiveKit tells of such participants in batches). Until then bot-ready is called into the room.
 */
const beaconMs = 200;
const mostBeacons = 5 * 60;

/** Finds out that the client is there, and makes sure that it learns that the character is, too. */
export class Arrival {
  #here = false;
  #cancels = new Set<() => void>();
  #beacons = 0;

  constructor(
    private readonly clock: Clock,
    private readonly announce: () => void,
    private readonly onArrived: () => void,
  ) {}

  get isHere(): boolean {
    return this.#here;
  }

  /** For sessions without a track: calls until somebody is there. */
  callOut(): void {
    if (this.#here || this.#beacons++ >= mostBeacons) return;
    this.announce();
    this.#after(beaconMs, () => {
      this.callOut();
    });
  }

  /** A sign of the client: it is in the room, hears us, or said something. */
  sign(): void {
    if (this.#here) return;
    this.#here = true;
    this.stop();
    this.announce();
    for (const repeatMs of repeatsMs) this.#after(repeatMs, this.announce);
    this.onArrived();
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #after(delayMs: number, action: () => void): void {
    const cancel = this.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      action();
    });
    this.#cancels.add(cancel);
  }
}
