import type { VideoOffer } from '../../src/room/videos.ts';
import type { RawFrame } from '../../src/sight/seen-frame.ts';
import { FakeFrame } from '../sight/scenes.ts';

/** A video of somebody in a room, of which a frame is there whenever one is wanted. */
export class FakeVideo {
  isMuted = false;
  isWanted: boolean | undefined;
  /** Frames that were handed out. */
  taken = 0;
  /** The next frames cannot be taken. */
  fails = false;

  constructor(
    readonly id: string,
    readonly source: VideoOffer['source'] = 'camera',
    readonly name = '',
  ) {}

  /** As it is now. It is open as soon as it is wanted. */
  get offer(): VideoOffer {
    const { id, source, name, isMuted } = this;
    return {
      ...{ id, source, name, isMuted },
      isOpen: this.isWanted === true,
      want: (isWanted) => {
        this.isWanted = isWanted;
      },
      grab: (signal) => this.#grab(signal),
    };
  }

  #grab(signal: AbortSignal): Promise<RawFrame | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.fails) return Promise.reject(new Error('no frame'));
    this.taken++;
    return Promise.resolve(new FakeFrame(this.taken));
  }
}
