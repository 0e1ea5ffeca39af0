import type { ConvaiClient } from '@convai/web-sdk/vanilla';

type Queue = ConvaiClient['blendshapeQueue'];
export type Frame = NonNullable<ReturnType<Queue['getFrame']>>;

/** What the SDK's queue plays a second. */
const framesPerSecond = 60;

/**
 * Plays the frames that the SDK keeps, as its README has it: from when the bot starts to speak, by time, until the
 * server's end mark came and all are played.
 */
export class Face {
  #startedMs: number | undefined;
  #played = 0;

  constructor(
    private readonly queue: () => Queue,
    private readonly show: (frame: Frame | null, played: number) => void,
  ) {
    requestAnimationFrame(this.#tick);
  }

  readonly #tick = (nowMs: number): void => {
    requestAnimationFrame(this.#tick);
    const queue = this.queue();
    if (queue.isConversationEnded()) {
      queue.reset();
      this.#startedMs = undefined;
      this.show(null, this.#played);
      return;
    }
    if (queue.isBotSpeaking()) this.#startedMs ??= nowMs;
    if (this.#startedMs === undefined) return;
    const due = Math.floor(((nowMs - this.#startedMs) / 1000) * framesPerSecond);
    const count = Math.min(due - queue.getFramesConsumed(), queue.length);
    if (count <= 0) return;
    // Not `getFrameWithAlpha`: a `reset` leaves the mark of an interruption, by which it would fade the next answer.
    const frame = queue.getFrame(count - 1);
    queue.consumeFrames(count);
    this.#played += count;
    this.show(frame, this.#played);
  };
}
