import type { VoiceOut } from '../frames/voice-out.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { AudioOutput } from '../protocol/connect.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import type { VoiceSink } from '../room/voice-sink.ts';
import type { Log } from '../telemetry/log.ts';
import { MovingVoice } from './moving-voice.ts';

/** Before a place is taken again: where the whole room is closed, our own participant hears of it within this time. */
const returnAfterMs = 500;

/** `lost`: the connection is gone, and is tried once more (`returning`), which ends in `back` or in `gone`. */
export type PlaceNews = 'lost' | 'returning' | 'back' | 'gone';

type PlaceRoom = Pick<AgentRoom, 'events' | 'openVoice' | 'close'>;

export type PlaceDeps = {
  clock: Clock;
  log: Log;
  /** @throws when the room cannot be entered */
  enter: () => Promise<PlaceRoom>;
  /** Somebody receives the voice. */
  onListened: () => void;
  /** Nobody hears what is being said: it ends here. */
  cut: () => void;
  onNews: (news: PlaceNews) => void;
};

/** A character's own participant in the room, from where its voice comes. Lost, it is taken again, once. */
export class Place implements Closable {
  #openVoice: ((room: PlaceRoom) => Promise<VoiceOut>) | undefined;
  #voice: MovingVoice | undefined;
  #hasReturned = false;
  #closed = false;
  #cancelReturn: (() => void) | undefined;

  private constructor(
    private room: PlaceRoom,
    private readonly deps: PlaceDeps,
  ) {
    this.#watch(room);
  }

  /** @throws when the room cannot be entered */
  static async take(deps: PlaceDeps): Promise<Place> {
    return new Place(await deps.enter(), deps);
  }

  /** One at a time. */
  async openVoice(output: AudioOutput, others: readonly VoiceSink[]): Promise<VoiceOut> {
    this.#openVoice = (room) => room.openVoice(output, others);
    this.#voice = new MovingVoice(await this.#openVoice(this.room));
    return this.#voice;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelReturn?.();
    await this.room.close();
  }

  #watch(room: PlaceRoom): void {
    room.events.on('listened', this.deps.onListened);
    room.events.on('closed', (why) => {
      if (this.#closed) return;
      this.deps.log.warn({ why }, 'a character is out of the room');
      // Who replaced it is the same character, of the process that has the room now.
      if (why === 'gone') this.#onLost();
    });
  }

  #onLost(): void {
    const { clock, cut, onNews } = this.deps;
    cut();
    onNews(this.#hasReturned ? 'gone' : 'lost');
    if (this.#hasReturned) return;
    this.#hasReturned = true;
    this.#cancelReturn = clock.after(returnAfterMs, () => void this.#return());
  }

  /** Never rejects. */
  async #return(): Promise<void> {
    const { log, onNews } = this.deps;
    const left = this.room;
    onNews('returning');
    try {
      await this.#enterAgain();
      // Closed meanwhile: nobody else knows of this place.
      if (this.#closed) await this.room.close();
      else onNews('back');
      await left.close();
    } catch (err) {
      log.error({ err }, 'a character could not come back into the room');
      if (this.room === left && !this.#closed) onNews('gone');
    }
  }

  async #enterAgain(): Promise<void> {
    const room = await this.deps.enter();
    try {
      const voice = await this.#openVoice?.(room);
      this.deps.cut();
      if (voice) this.#voice?.moveTo(voice);
    } catch (cause) {
      await room.close();
      throw cause;
    }
    this.room = room;
    this.#watch(room);
  }
}
