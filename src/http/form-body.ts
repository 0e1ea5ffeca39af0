import { isUtf8 } from 'node:buffer';
import express, { Router, type Request, type RequestHandler } from 'express';
import multer from 'multer';
import type { Writable } from 'node:stream';
import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';
import { FormFiles, type FileField } from './form-files.ts';
import { jsonBody, maxBodyBytes, refuseUnstorable } from './json-body.ts';
import { BadRequest, BodyTooLarge } from './refusals.ts';
import { contextOf } from './request-context.ts';

const mostFields = 100;
/** Texts of a form that were sent as files. */
const mostNameFiles = 4;
/** Of multer 2.2 and later; its types do not have it yet. */
type StreamHandling = { streamHandler: (req: Request, parser: Writable) => void };
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
  // Texts, and what lies between the parts, take no more than a body without a file may have.
  const mostBytes = (file?.maxBytes ?? 0) + maxBodyBytes;
  const files = new FormFiles(file);
  const options: multer.Options & StreamHandling = {
    storage: files,
    limits: {
      fields: mostFields,
      parts: mostFields + 1,
      files: file ? 1 + mostNameFiles : 0,
      fieldNameSize: 200,
      fieldNestingDepth: 2,
      fieldArrayIndexLimit: mostFields,
      fieldSize: maxBodyBytes,
      headerPairs: 50,
    },
    // Browsers and curl send UTF-8; the library would take it for Latin-1.
    defParamCharset: 'utf8',
    streamHandler: (req, parser) => {
      readWithin(mostBytes, req, parser);
    },
  };
  const form = multer(options);
  const read = file ? form.any() : form.none();
  return (req, res, next) => {
    if (Number(req.headers['content-length'] ?? 0) > mostBytes) {
      next(new BodyTooLarge(mostBytes));
      return;
    }
    read(req, res, (cause: unknown) => {
      if (cause) {
        next(refusal(cause));
        return;
      }
      // Not express's to catch here: whatever is thrown in a callback would end the process.
      try {
        keep(req, [...Object.entries(Fields.parse(req.body)), ...files.textsOf(req)]);
        next();
      } catch (fault) {
        next(fault);
      }
    });
  };
}

/** A body may come without its length: then it is counted as it comes. */
function readWithin(mostBytes: number, req: Request, parser: Writable): void {
  let bytes = 0;
  const count = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= mostBytes) return;
    req.off('data', count);
    req.unpipe(parser);
    parser.destroy(new BodyTooLarge(mostBytes));
  };
  req.on('data', count);
  req.pipe(parser);
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

function refusal(cause: unknown): unknown {
  if (cause instanceof PublicError) return cause;
  const isLong = cause instanceof multer.MulterError && cause.code === 'LIMIT_FIELD_VALUE';
  return isLong ? new BodyTooLarge(maxBodyBytes, cause) : new BadRequest(cause);
}
