import { randomUUID } from 'node:crypto';

/** One for the process: it only has to be nothing that sound contains. */
const boundary = `parley-${randomUUID()}`;

/**
 * A multipart form (RFC 7578) with a WAV file, written at once. The platform's FormData would load another 10 MB
 * of HTTP client to do the same.
 * @param fields names and values of ours, without line breaks
 */
export function transcriptionForm(
  wav: Uint8Array,
  fields: Record<string, string>,
): { body: Uint8Array; contentType: string } {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value.replaceAll(/[\r\n]+/g, ' ')}\r\n`,
  );
  const head = `${parts.join('')}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="speech.wav"\r\nContent-Type: audio/wav\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), wav, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}
