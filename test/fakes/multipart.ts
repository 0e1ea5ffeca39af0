/**
 * Takes a multipart/form-data body apart, as strictly as servers do (RFC 7578).
 * @returns the content of each part by its name
 * @throws {Error} when the body is not what the content type says
 */
export function parseMultipart(contentType: string, body: Buffer): Map<string, Buffer> {
  const boundary = /^multipart\/form-data; *boundary="?([^"]+)"?$/.exec(contentType)?.[1];
  if (!boundary) throw new Error(`no multipart form: ${contentType}`);
  const [preamble, ...parts] = body.toString('latin1').split(`--${boundary}`);
  const last = parts.pop();
  if (preamble !== '' || last?.trim() !== '--') throw new Error('the form does not end');
  return new Map(
    parts.map((part) => {
      const headEnd = part.indexOf('\r\n\r\n');
      const name = /\r\ncontent-disposition: form-data; name="([^"]+)"/i.exec(part)?.[1];
      if (headEnd < 0 || !name || !part.endsWith('\r\n')) throw new Error('a malformed part');
      return [name, Buffer.from(part.slice(headEnd + 4, -2), 'latin1')];
    }),
  );
}
