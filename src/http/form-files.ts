import { isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import type { StorageEngine } from 'multer';
import { BadRequest, BodyTooLarge } from './refusals.ts';
import { contextOf } from './request-context.ts';

export type FileField = {
  /** Its name in the form. */
  name: string;
  maxBytes: number;
};

/** Of a text that was sent as a file: so does Python's `requests` with all it is given as `files`. */
const mostTextBytes = 4_096;

type Part = Pick<Express.Multer.File, 'fieldname' | 'originalname' | 'mimetype' | 'stream'>;
type Settle = (fault: Error | null) => void;

/**
 * Takes what a form sends as files into the request's context: the one file that is asked for, and short texts beside it.
 * What is too long is refused while it comes, before it is held.
 */
export class FormFiles implements StorageEngine {
  readonly #texts = new WeakMap<Request, [string, string][]>();
  readonly #begun = new WeakSet<Request>();

  constructor(private readonly field: FileField | undefined) {}

  /** Of a form that was read. */
  textsOf(req: Request): [string, string][] {
    return this.#texts.get(req) ?? [];
  }

  _handleFile(req: Request, part: Part, settle: Settle): void {
    const { fieldname, originalname: name, mimetype: type } = part;
    if (fieldname !== this.field?.name) {
      gather(part, mostTextBytes, new BadRequest(`${fieldname} is no text`), settle, (bytes) => {
        if (!isUtf8(bytes)) throw new BadRequest(`${fieldname} is no text`);
        this.#texts.set(req, [...this.textsOf(req), [fieldname, bytes.toString('utf8')]]);
      });
      return;
    }
    const isSecond = this.#begun.has(req);
    this.#begun.add(req);
    const { maxBytes } = this.field;
    const refusal = isSecond ? new BadRequest('more than one file') : new BodyTooLarge(maxBytes);
    gather(part, isSecond ? -1 : maxBytes, refusal, settle, (bytes) => {
      contextOf(req).file = { name, bytes, type };
    });
  }

  /** Of a form that is refused: whatever is held of it goes with the request. */
  _removeFile(_req: Request, _file: Part, settle: Settle): void {
    settle(null);
  }
}

/** @param most bytes; -1 takes none, not even an end without any */
function gather(
  { stream }: Part,
  most: number,
  refusal: Error,
  settle: Settle,
  keep: (bytes: Buffer) => void,
): void {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let isSettled = false;
  const end = (fault: Error | null) => {
    if (isSettled) return;
    isSettled = true;
    pieces = [];
    settle(fault);
  };
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > most) end(refusal);
    else pieces.push(piece);
  });
  stream.on('error', (fault) => {
    end(fault);
  });
  stream.on('end', () => {
    if (isSettled) return;
    try {
      if (bytes > most) throw refusal;
      keep(Buffer.concat(pieces));
      end(null);
    } catch (fault) {
      end(fault instanceof Error ? fault : new BadRequest(fault));
    }
  });
}
