import { InvalidRequest } from './invalid-request.ts';

/** A field's value; a file's bytes when the part has a file name. */
export type FormField = { name: string; bytes: Uint8Array; isFile: boolean };

const maxFields = 32;
const maxHeadBytes = 4_096;
const headEnd = '\r\n\r\n';

/**
 * Takes a `multipart/form-data` body apart (RFC 7578).
 * @param contentType the request's, with its boundary
 * @returns the fields in their order; bytes are views of the body
 * @throws {InvalidRequest} 400 when it is not whole or not in that form
 */
export function parseMultipart(contentType: string, body: Buffer): FormField[] {
  const [, quoted, bare] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw invalid('it has no boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first one may stand at the very beginning, without the line end before it.
  const starts = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = starts ? delimiter.length - 2 : after(body, delimiter, 0);
  const fields: FormField[] = [];
  while (body.toString('latin1', at, at + 2) !== '--') {
    if (body.toString('latin1', at, at + 2) !== '\r\n') throw invalid('a boundary has no line end');
    const end = body.indexOf(delimiter, at);
    if (end === -1) throw invalid('it is cut off');
    fields.push(parseField(body.subarray(at, end)));
    if (fields.length > maxFields) throw invalid('it has too many fields');
    at = end + delimiter.length;
  }
  return fields;
}

/** @param part from the line end after its boundary to the one before the next */
function parseField(part: Buffer): FormField {
  const end = part.indexOf(headEnd);
  if (end === -1 || end > maxHeadBytes) throw invalid('a field has no head');
  const head = part.toString('utf8', 0, end);
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? '';
  const name = parameter(disposition, 'name');
  if (name === undefined) throw invalid('a field has no name');
  const isFile = parameter(disposition, 'filename') !== undefined;
  return { name, bytes: part.subarray(end + headEnd.length), isFile };
}

function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|;)\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(
    disposition,
  );
  return match?.[1] ?? match?.[2];
}

function after(body: Buffer, delimiter: Buffer, from: number): number {
  const found = body.indexOf(delimiter, from);
  if (found === -1) throw invalid('its boundary is not in it');
  return found + delimiter.length;
}

function invalid(why: string): InvalidRequest {
  return new InvalidRequest('invalid_form', `The body is not a valid multipart form: ${why}.`);
}
