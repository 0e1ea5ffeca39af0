import { Worker } from 'node:worker_threads';
import { asError, type Clock } from '../lifetime/clock.ts';
import type { DocumentKind } from '../protocol/document.ts';
import { ExtractionReply } from './extraction-message.ts';
import { FileUnreadable } from './file-unreadable.ts';

/** Gets the text out of a file. @throws {FileUnreadable} and the signal's reason */
export type Extract = (
  file: { kind: DocumentKind; content: Uint8Array },
  signal: AbortSignal,
) => Promise<string>;

const limits = {
  /** A thousand pages take 10 s on a busy machine. */
  timeoutMs: 60_000,
  heapMb: 384,
  /** A thread's buffers are not in its heap and have no limit of their own: the growth of the whole process is watched. */
  growthBytes: 768 * 1_048_576,
  watchMs: 100,
} as const;

/** Each file on a thread of its own, which is ended when it takes too long or too much. */
export function threadExtraction(clock: Clock): Extract {
  return ({ kind, content }, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const worker = new Worker(new URL('./extraction-thread.js', import.meta.url), {
        workerData: { kind, content },
        resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: 32 },
        // What a file makes a library say is not for the log.
        stdout: true,
        stderr: true,
      });
      const beginBytes = process.memoryUsage.rss();
      let cancelWatch: () => void = () => undefined;
      const end = (settle: () => void) => {
        cancelTimeout();
        cancelWatch();
        signal.removeEventListener('abort', onAbort);
        settle();
        void worker.terminate();
      };
      const fail = (cause: Error) => {
        end(() => {
          reject(cause);
        });
      };
      const onAbort = () => {
        fail(asError(signal.reason));
      };
      const cancelTimeout = clock.after(limits.timeoutMs, () => {
        fail(new FileUnreadable('Reading it takes too long.'));
      });
      const watch = () => {
        if (process.memoryUsage.rss() - beginBytes > limits.growthBytes)
          fail(new FileUnreadable('Reading it takes too much memory.'));
        else cancelWatch = clock.after(limits.watchMs, watch);
      };
      watch();
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('message', (message: unknown) => {
        const reply = ExtractionReply.parse(message);
        end(() => {
          if (reply.kind === 'text') resolve(reply.text);
          else reject(new FileUnreadable(reply.why));
        });
      });
      worker.on('error', (cause: Error) => {
        const isFull = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
        fail(
          new FileUnreadable(
            isFull ? 'Reading it takes too much memory.' : 'Reading it failed: it may be broken.',
            { cause },
          ),
        );
      });
      worker.on('exit', () => {
        fail(new FileUnreadable('Reading it failed: it may be broken.'));
      });
    });
}
