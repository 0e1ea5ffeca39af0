import { isUtf8 } from 'node:buffer';
import express, { Router, type Request, type RequestHandler } from 'express';
import multer from 'multer';
import * as z from 'zod';
import { jsonBody, maxBodyBytes, refuseUnstorable } from './json-body.ts';
import { BadRequest, BodyTooLarge } from './refusals.ts';
import { contextOf } from './request-context.ts';

export type FileField = {
  /** Its name in the form. */
  name: string;
  maxBytes: number;
};

const mostFields = 100;
/** Texts of a form that were sent as files. */
const mostNameFiles = 4;
const mostTextFileBytes = 4_096;
const Fields = z.record(z.string(), z.unknown());

/**
 * Reads a body into the request's context, whichever of the three forms the examples of the crafting APIs send: JSON,
 * `application/x-www-form-urlencoded`, or `multipart/form-data`. A form's fields are texts; schemas read them leniently.
 * @param file the one file a multipart form may have, held in memory beside short texts sent as files; without it files are refused
 */
export function anyBody(file?: FileField): RequestHandler {
  const json = Router().use(...jsonBody());
  const urlencoded = Router().use(
    express.raw({ type: () => true, limit: maxBodyBytes }),
    (req, _res, next) => {
      const raw: unknown = req.body;
      if (Buffer.isBuffer(raw) && raw.length > 0) keep(req, formFields(raw));
      next();
    },
  );
  const multipart = Router().use(multipartBody(file));
  return (req, res, next) => {
    const type = req.headers['content-type']?.toLowerCase().split(';')[0]?.trim();
    if (type === 'application/x-www-form-urlencoded') urlencoded(req, res, next);
    else if (type === 'multipart/form-data') multipart(req, res, next);
    else json(req, res, next);
  };
}

function multipartBody(file: FileField | undefined): RequestHandler {
  const form = multer({
    storage: multer.memoryStorage(),
    limits: {
      fields: mostFields,
      parts: mostFields + 1,
      files: file ? 1 + mostNameFiles : 0,
      fieldNameSize: 200,
      fieldSize: maxBodyBytes,
      fileSize: file?.maxBytes ?? 0,
      headerPairs: 50,
    },
    // Browsers and curl send UTF-8; the library would take it for Latin-1.
    defParamCharset: 'utf8',
  });
  const read = file ? form.any() : form.none();
  return (req, res, next) => {
    read(req, res, (cause: unknown) => {
      if (cause) {
        next(refusal(cause, file));
        return;
      }
      // Not express's to catch here: whatever is thrown in a callback would end the process.
      try {
        const sent = Array.isArray(req.files) ? req.files : [];
        const { texts, whole } = sorted(sent, file);
        if (whole) {
          const { originalname: name, buffer: bytes, mimetype: type } = whole;
          contextOf(req).file = { name, bytes, type };
        }
        keep(req, [...Object.entries(Fields.parse(req.body)), ...texts]);
        next();
      } catch (fault) {
        next(fault);
      }
    });
  };
}

type Sent = Pick<Express.Multer.File, 'fieldname' | 'originalname' | 'buffer' | 'mimetype'>;

/**
 * The file, and texts that were sent as files: so does Python's `requests` with all it is given as `files`.
 * @throws {BadRequest} for a second file, or a text that is too long for one
 */
function sorted(
  sent: readonly Sent[],
  file: FileField | undefined,
): { whole: Sent | undefined; texts: [string, string][] } {
  const [whole, ...more] = sent.filter(({ fieldname }) => fieldname === file?.name);
  if (more.length > 0) throw new BadRequest('more than one file');
  const texts = sent
    .filter((one) => one !== whole)
    .map(({ fieldname, buffer }): [string, string] => {
      if (buffer.length > mostTextFileBytes || !isUtf8(buffer))
        throw new BadRequest(`${fieldname} is no text`);
      return [fieldname, buffer.toString('utf8')];
    });
  return { whole, texts };
}

function formFields(raw: Buffer): [string, unknown][] {
  if (!isUtf8(raw)) throw new BadRequest('body is not valid UTF-8');
  const fields = [...new URLSearchParams(raw.toString('utf8'))];
  if (fields.length > mostFields) throw new BadRequest('too many fields');
  return fields;
}

/** Every name becomes a field of its own, whatever it is; of a repeated one the last counts. */
function keep(req: Request, fields: [string, unknown][]): void {
  const body: unknown = Object.fromEntries(fields);
  refuseUnstorable(body);
  contextOf(req).body = body;
}

function refusal(cause: unknown, file: FileField | undefined): unknown {
  if (!(cause instanceof multer.MulterError)) return new BadRequest(cause);
  if (cause.code === 'LIMIT_FILE_SIZE') return new BodyTooLarge(file?.maxBytes ?? 0, cause);
  if (cause.code === 'LIMIT_FIELD_VALUE') return new BodyTooLarge(maxBodyBytes, cause);
  return new BadRequest(cause);
}
