import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import { pcmBytes } from '../../audio/pcm-bytes.ts';
import type { Clock } from '../../lifetime/clock.ts';
import { Lines } from '../../lifetime/lines.ts';
import { parsedJson } from '../../protocol/parsed-json.ts';
import type { Log } from '../../telemetry/log.ts';
import { MessageReader, messageHead } from './length-prefixed.ts';

/** Loading the model takes half a second, ten times that on a busy machine with cold disks. */
const startTimeoutMs = 30_000;
/** A minute of speech takes about ten seconds. */
const utteranceTimeoutMs = 25_000;

const Reply = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ text: z.string() }),
  z.object({ partial: z.string() }),
]);
/** As in transcribe.py. */
const kinds = { whole: 'w', begin: 'b', more: 'm', end: 'e', drop: 'd' };
type Kind = keyof typeof kinds;

/** The recogniser's process ended, hung, or wrote what it must not. */
export class TranscriberLost extends Error {
  override readonly name = 'TranscriberLost';
}

export type TranscriberDeps = {
  clock: Clock;
  log: Log;
  /** The cache folder that tools/speech.mjs filled. */
  cacheDir: string;
  /** The project's folder. */
  root: string;
};

type Waiting = { resolve: (reply: z.infer<typeof Reply>) => void; reject: (cause: Error) => void };

/**
 * One process of PocketSphinx (tools/speech/transcribe.py) that stays, with its model loaded. It hears one utterance
 * at a time. It ends when its standard input does, so also when we are killed.
 */
export class Transcriber {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  readonly #gone: Promise<unknown>;
  #waiting: Waiting | undefined;
  #lost: TranscriberLost | undefined;

  private constructor({ clock, log, cacheDir, root }: TranscriberDeps) {
    this.#clock = clock;
    const python = join(cacheDir, 'speech/bin/python');
    const script = join(root, 'tools/speech/transcribe.py');
    this.#child = spawn(python, ['-I', script], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', resolve);
      this.#child.once('error', resolve);
    });
    const lose = (cause: Error) => this.#lose('it could not be used', cause);
    this.#child.on('error', lose);
    this.#child.stdin.on('error', lose);
    this.#child.on('close', (code, signal) => {
      this.#lose(`it ended (${signal ?? `code ${String(code)}`})`);
    });
    const reader = new MessageReader((body) => this.#receive(body), 1_000_000);
    this.#child.stdout.on('data', (bytes: Buffer) => {
      if (!reader.push(bytes)) this.#lose('its answer is too long');
    });
    const lines = new Lines((line) => log.debug({ line }, 'recogniser wrote'));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  }

  /** Resolves when the model is loaded. @throws {TranscriberLost} */
  static async start(deps: TranscriberDeps): Promise<Transcriber> {
    const transcriber = new Transcriber(deps);
    try {
      await transcriber.#reply(startTimeoutMs);
      return transcriber;
    } catch (cause) {
      await transcriber.close();
      throw cause;
    }
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Only one call at a time. An utterance is given whole, or from `begin` over any number of `more` to its `end`.
   * @param samples mono PCM at 16 kHz, at most a minute
   * @returns the words of an utterance that is over, else the words so far
   * @throws {TranscriberLost}
   */
  async hear(kind: Exclude<Kind, 'drop'>, samples: Int16Array): Promise<string> {
    const reply = this.#reply(utteranceTimeoutMs);
    this.#write(kind, pcmBytes(samples));
    const told = await reply;
    if ('text' in told) return told.text;
    return 'partial' in told ? told.partial : '';
  }

  /** The utterance that was begun has no end. */
  drop(): void {
    this.#write('drop', new Uint8Array(0));
  }

  /** Kills it: there is nothing to save. */
  async close(): Promise<void> {
    this.#lose('closing');
    await this.#gone;
  }

  #write(kind: Kind, bytes: Uint8Array): void {
    if (this.#lost) return;
    this.#child.stdin.write(messageHead(1 + bytes.byteLength));
    this.#child.stdin.write(kinds[kind]);
    if (bytes.byteLength > 0) this.#child.stdin.write(bytes);
  }

  #reply(timeoutMs: number): Promise<z.infer<typeof Reply>> {
    if (this.#lost) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => this.#lose('it takes too long'));
      this.#waiting = {
        resolve: (reply) => {
          cancel();
          resolve(reply);
        },
        reject: (cause) => {
          cancel();
          reject(cause);
        },
      };
    });
  }

  #receive(body: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const reply = Reply.safeParse(parsedJson(body));
    if (waiting && reply.success) waiting.resolve(reply.data);
    else {
      this.#waiting = waiting;
      this.#lose('it wrote what nobody asked for');
    }
  }

  #lose(why: string, cause?: Error): void {
    this.#lost ??= new TranscriberLost(`speech recogniser: ${why}`, { cause });
    this.#child.kill('SIGKILL');
    this.#waiting?.reject(this.#lost);
    this.#waiting = undefined;
  }
}
