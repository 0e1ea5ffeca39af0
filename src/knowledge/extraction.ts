import { Worker } from 'node:worker_threads';
import { asError, type Clock } from '../lifetime/clock.ts';
import type { DocumentKind } from '../protocol/document.ts';
import { ExtractionReply } from './extraction-message.ts';
import { FileUnreadable } from './file-unreadable.ts';
import type { Extracted } from './read-passages.ts';

/** Gets the passages out of a file. @throws {FileUnreadable} and the signal's reason */
export type Extract = (
  file: { kind: DocumentKind; content: Uint8Array },
  signal: AbortSignal,
) => Promise<Extracted>;

const limits = {
  /** A thousand pages take 10 s on a busy machine. */
  timeoutMs: 60_000,
  heapMb: 384,
  /** A thread's buffers are not in its heap and have no limit of their own: the growth of the process is watched. */
  growthBytes: 512 * 1_048_576,
  /** What unpacks itself doubles what it takes each time: between two looks it must not get far. */
  watchMs: 25,
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
      const begin = process.memoryUsage();
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
        if (growthBesideUs(begin, process.memoryUsage()) > limits.growthBytes)
          // Others may have grown meanwhile; three times in a row it is the file.
          fail(new FileUnreadable('Reading it takes too much memory.', { mayPass: true }));
        else cancelWatch = clock.after(limits.watchMs, watch);
      };
      watch();
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('message', (message: unknown) => {
        const reply = ExtractionReply.parse(message);
        end(() => {
          if (reply.kind === 'passages') resolve(reply);
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

/** By how many bytes the process has grown, without what this thread, the server's own, has in its heap and its buffers. */
function growthBesideUs(begin: NodeJS.MemoryUsage, now: NodeJS.MemoryUsage): number {
  const own = now.heapTotal + now.external - begin.heapTotal - begin.external;
  return now.rss - begin.rss - Math.max(0, own);
}
