import type { ServerResponse } from 'node:http';

/**
 * What a stage of the scripted provider does with a request. `ok` answers as scripted, with the stage's pace.
 * - refuse: an error status with an OpenAI-shaped body
 * - hang: takes the request and never says a word
 * - reset: breaks the connection without an answer
 * - garbage: status 200 and a `body` that is no answer, html unless a type is given
 * - breakOff: a good answer that breaks off after so many pieces: `end` closes it politely, `reset` breaks the connection
 * - stall: a good answer that stops after so many pieces and stays open
 * - unclosed: a good, whole answer on a connection that stays open
 * - endless: never stops sending
 */
export type Behaviour =
  | { kind: 'ok' }
  | { kind: 'refuse'; status: number; message?: string; headers?: Record<string, string> }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'garbage'; body: string | Uint8Array; contentType?: string }
  | { kind: 'breakOff'; afterPieces: number; by?: 'end' | 'reset' }
  | { kind: 'stall'; afterPieces: number }
  | { kind: 'unclosed' }
  | { kind: 'endless' };

/** Real milliseconds: before the first piece of an answer, and between further ones. */
export type Pace = { firstMs: number; pieceMs: number };

export type StageCounts = {
  requests: number;
  /** Connections that the client closed before the answer was complete. */
  aborted: number;
  completed: number;
  /** Answers of which all was sent, though the connection may still be open. */
  answered: number;
};

/** How one stage behaves, what it was asked, and how its requests ended. */
export class ScriptedStage<Request> {
  readonly counts: StageCounts = { requests: 0, aborted: 0, completed: 0, answered: 0 };
  readonly requests: Request[] = [];
  pace: Pace = { firstMs: 0, pieceMs: 0 };
  /** What a request brings upon itself, whatever else holds; undefined: nothing. */
  because: (request: Request) => Behaviour | undefined = () => undefined;
  #held: Promise<void> | undefined;
  #always: Behaviour = { kind: 'ok' };
  readonly #next: Behaviour[] = [];
  readonly #waiting = new Set<() => void>();

  /** From now on, until told otherwise. */
  always(behaviour: Behaviour): void {
    this.#always = behaviour;
    this.#next.length = 0;
  }

  /** For the next requests, one each; after them what holds always. */
  next(...behaviours: Behaviour[]): void {
    this.#next.push(...behaviours);
  }

  /** Good answers wait from now on. @returns what lets them go, and all later ones */
  hold(): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    this.#held = held;
    return () => {
      if (this.#held === held) this.#held = undefined;
      release();
    };
  }

  /** What an answer waits for, if anything. */
  get held(): Promise<void> | undefined {
    return this.#held;
  }

  /** Resolves as soon as the counts are as wanted, at once when they are already. */
  until(wanted: (counts: StageCounts) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted(this.counts)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** For the server: a request is there. @returns what to do with it */
  arrived(request: Request, response: ServerResponse): Behaviour {
    this.requests.push(request);
    const behaviour = this.because(request) ?? this.#next.shift() ?? this.#always;
    this.#count('requests');
    response.once('close', () => {
      if (response.writableFinished) this.#count('completed');
      else if (behaviour.kind !== 'reset' && !brokenByUs.has(response)) this.#count('aborted');
    });
    return behaviour;
  }

  /** For the server: all of an answer was written. */
  answered(): void {
    this.#count('answered');
  }

  #count(what: keyof StageCounts): void {
    this.counts[what]++;
    for (const look of [...this.#waiting]) look();
  }
}

/** Answers whose connection the server itself broke: not the client's doing. */
const brokenByUs = new WeakSet<ServerResponse>();

/** Breaks the connection in the middle of an answer. */
export function breakConnection(response: ServerResponse): void {
  brokenByUs.add(response);
  response.destroy();
}
