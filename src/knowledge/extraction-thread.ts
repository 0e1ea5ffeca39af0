/** The thread on which one file is read; it ends with it. Started by `extraction.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { ExtractionRequest, type ExtractionReply } from './extraction-message.ts';
import { FileUnreadable } from './file-unreadable.ts';
import { readPassages } from './read-passages.ts';

const port = parentPort;
if (!port) throw new Error('this file is the entry of a thread');
const reply = (message: ExtractionReply) => {
  port.postMessage(message);
};

try {
  reply({ kind: 'passages', ...(await readPassages(ExtractionRequest.parse(workerData))) });
} catch (cause) {
  if (!(cause instanceof FileUnreadable)) throw cause;
  reply({ kind: 'unreadable', why: cause.message });
}
