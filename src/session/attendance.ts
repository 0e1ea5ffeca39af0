import type { Clock } from '../lifetime/clock.ts';
import { stranger, type Participant } from '../protocol/participant.ts';
import { Arrival } from './arrival.ts';

/** A client whose connection broke may be back within this time, as when a phone changes its network. */
const returnGraceMs = 10_000;
/** An empty room waits so long for somebody who was let in and is on their way. */
const comingGraceMs = 20_000;
/** LiveKit tells of participants who publish nothing in batches, one every 3 s: by now of all who are still there. */
const announcedMs = 4_000;

export type AttendanceDeps = {
  clock: Clock;
  /** Whether several may be there: then each is told by name that the characters are ready. */
  isShared: boolean;
  newId: () => string;
  /** Tells somebody that the characters are there. @param interactionId of this visit; undefined: they know it by now */
  announce: (to: Participant, interactionId: string | undefined) => void;
  /** @param isFirst of all */
  onHere: (who: Participant, isFirst: boolean) => void;
  /** No sound comes from them for now; they may be back. */
  onAway: (who: Participant) => void;
  onGone: (who: Participant) => void;
  /** Whether LiveKit has them in the room. May reject, as when LiveKit is away. */
  isThere: (identity: string) => Promise<boolean>;
  /** Who is there has changed. */
  onChange: (here: Participant[]) => void;
  /** The last one is gone, and nobody is on their way. */
  onEmpty: () => void;
};

type Guest = {
  who: Participant;
  state: 'coming' | 'here' | 'away';
  arrival: Arrival;
  cancel: () => void;
};

/** Which of the humans who were let into a room are there. */
export class Attendance {
  readonly #guests = new Map<string, Guest>();
  /** Those whom LiveKit told us of; of the others a message may come without a sender. */
  readonly #announced = new Set<string>();
  #begun = false;
  #hadSomebody = false;
  #stopped = false;

  constructor(
    private readonly deps: AttendanceDeps,
    participants: Participant[],
  ) {
    for (const participant of participants) this.expect(participant);
  }

  /** Everyone who is there. */
  get here(): Participant[] {
    return [...this.#guests.values()].flatMap(({ state, who }) => (state === 'here' ? [who] : []));
  }

  /** From now on signs count: there is somebody to answer them. @param calls whether to call out for those who come */
  begin(calls: boolean): void {
    this.#begun = true;
    if (!calls && !this.deps.isShared) return;
    for (const { arrival } of this.#guests.values()) arrival.callOut();
  }

  /** Somebody was let in and may come. */
  expect(who: Participant): void {
    const before = this.#guests.get(who.identity);
    if (before && before.state !== 'coming') {
      before.who = who;
      return;
    }
    before?.cancel();
    before?.arrival.stop();
    const guest = this.#guest(who);
    guest.cancel = this.deps.clock.after(comingGraceMs, () => {
      guest.cancel = none;
      this.#endIfEmpty();
    });
    if (this.#begun && this.deps.isShared) guest.arrival.callOut();
  }

  /** LiveKit says that they are in the room. */
  arrived(identity: string): void {
    this.#announced.add(identity);
    this.sign(identity);
  }

  /** They are there: in the room, heard, or saying something. */
  sign(identity: string): void {
    if (!this.#begun) return;
    const known = this.#guests.get(identity);
    if (known?.state === 'here') return;
    known?.cancel();
    // Who comes back may be a page that was loaded anew.
    const guest = known?.state === 'coming' ? known : this.#guest(known?.who ?? stranger(identity));
    guest.cancel = none;
    guest.state = 'here';
    guest.arrival.sign();
    const isFirst = !this.#hadSomebody;
    this.#hadSomebody = true;
    this.deps.onHere(guest.who, isFirst);
    this.deps.onChange(this.here);
    if (!this.#announced.has(identity)) this.#watch(guest);
  }

  /** Somebody receives a character's voice, and LiveKit does not say who: the only one that there can be, if there is one. */
  listened(): void {
    const [only, other] = this.#guests.values();
    if (only?.state === 'coming' && !other) this.sign(only.who.identity);
  }

  /**
   * Who sent something. LiveKit names the sender only when it has told us of them, which may be 3 s after they came.
   * @returns undefined when it could be several
   */
  sender(identity: string | undefined): Participant | undefined {
    if (identity !== undefined) return this.who(identity);
    const quiet = [...this.#guests.values()].filter(
      ({ who }) => !this.#announced.has(who.identity),
    );
    const [only, other] = quiet.length > 0 ? quiet : this.#guests.values();
    return other ? undefined : only?.who;
  }

  who(identity: string): Participant {
    return this.#guests.get(identity)?.who ?? stranger(identity);
  }

  left(identity: string, byChoice: boolean): void {
    this.#announced.delete(identity);
    const guest = this.#guests.get(identity);
    if (!guest || guest.state === 'coming') return;
    guest.arrival.stop();
    guest.cancel();
    guest.state = 'away';
    this.deps.onAway(guest.who);
    this.deps.onChange(this.here);
    if (byChoice) this.#remove(guest);
    else
      guest.cancel = this.deps.clock.after(returnGraceMs, () => {
        this.#remove(guest);
      });
  }

  stop(): void {
    this.#stopped = true;
    for (const { arrival, cancel } of this.#guests.values()) {
      arrival.stop();
      cancel();
    }
  }

  /** LiveKit never tells that somebody left of whom it had not told that they came. */
  #watch(guest: Guest): void {
    const { identity } = guest.who;
    const isSettled = () =>
      this.#stopped || guest.state !== 'here' || this.#announced.has(identity);
    guest.cancel = this.deps.clock.after(announcedMs, () => {
      guest.cancel = none;
      if (isSettled()) return;
      void this.deps
        .isThere(identity)
        // Where LiveKit does not say, they are asked after again.
        .catch(() => true)
        .then((isThere) => {
          if (isSettled() || this.#guests.get(identity) !== guest) return;
          if (isThere) this.#watch(guest);
          else this.left(identity, true);
        });
    });
  }

  #remove(guest: Guest): void {
    guest.cancel = none;
    this.#guests.delete(guest.who.identity);
    this.deps.onGone(guest.who);
    this.#endIfEmpty();
  }

  /** Nobody is there, and those who were to come have had their time. */
  #endIfEmpty(): void {
    const isComing = ({ state, cancel }: Guest) => state !== 'coming' || cancel !== none;
    if (!this.#hadSomebody || [...this.#guests.values()].some(isComing)) return;
    this.deps.onEmpty();
  }

  #guest(who: Participant): Guest {
    const interactionId = this.deps.newId();
    let announced = false;
    const arrival: Arrival = new Arrival(
      this.deps.clock,
      () => {
        this.deps.announce(guest.who, announced ? undefined : interactionId);
        // While nobody is there to hear it, the whole announcement is repeated.
        announced = arrival.isHere;
      },
      () => undefined,
    );
    const guest: Guest = { who, state: 'coming', arrival, cancel: none };
    this.#guests.set(who.identity, guest);
    return guest;
  }
}

const none = () => undefined;
