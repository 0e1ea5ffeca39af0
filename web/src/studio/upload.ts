import { ServerFailed } from '../failure.ts';
import { isObject, parseJson, textAt } from '../json.ts';
import { refusal, type ServerLine } from '../server-line.ts';

/**
 * @param onProgress told the share of bytes that have left this machine, 0 to 1
 * @returns the document's id; the same file twice is the same document
 * @throws {ServerFailed}, or the signal's reason
 */
export function upload(
  line: ServerLine,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const form = new FormData();
  form.append('file_name', file.name);
  form.append('file', file);
  // Only this way is it told how much of a body has been sent.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      if (total > 0) onProgress(loaded / total);
    });
    request.addEventListener('error', () => {
      reject(new ServerFailed({ kind: 'serverGone' }));
    });
    request.addEventListener('abort', () => {
      reject(new DOMException('the upload was cancelled', 'AbortError'));
    });
    request.addEventListener('load', () => {
      const answer = parseJson(request.responseText);
      const body = isObject(answer) ? answer : {};
      const id = textAt(body, 'id');
      if (request.status === 200 && id !== undefined) resolve(id);
      else {
        const retryAfter = request.getResponseHeader('Retry-After');
        const withKey = line.key() !== undefined;
        reject(new ServerFailed(refusal(request.status, body, { retryAfter, withKey })));
      }
    });
    request.open('POST', '/character/knowledge-bank/upload');
    for (const [name, value] of Object.entries(line.headers)) request.setRequestHeader(name, value);
    signal.addEventListener('abort', () => {
      request.abort();
    });
    request.send(form);
  });
}
