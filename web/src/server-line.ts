import { patienceMs, ServerFailed } from './failure.ts';
import { isObject, parseJson, textAt, type JsonObject } from './json.ts';

/** How the page reaches the server that it came from. */
export class ServerLine {
  /** @param key what the user gave; undefined trusts the cookie that came with the page */
  constructor(readonly key: () => string | undefined) {}

  /** Of every request. */
  get headers(): Record<string, string> {
    const key = this.key();
    return key === undefined ? {} : { 'X-API-Key': key };
  }

  /** @param body makes it a POST @throws {ServerFailed} */
  async json(path: string, body?: JsonObject): Promise<JsonObject> {
    const answer = await this.anyJson(path, body);
    if (isObject(answer)) return answer;
    throw new ServerFailed({ kind: 'refused', status: 200, words: undefined });
  }

  /** As `json`, for answers that are lists. */
  async anyJson(path: string, body?: JsonObject): Promise<unknown> {
    const response = await this.#ask(path, body, AbortSignal.timeout(patienceMs));
    return parseJson(await within(response.text()));
  }

  /** @throws {ServerFailed}, or the signal's reason */
  async blob(path: string, body: JsonObject, signal: AbortSignal): Promise<Blob> {
    const response = await this.#ask(path, body, signal);
    return within(response.blob());
  }

  /** What is still being made when its beginning arrives. @throws as `blob`; what is read may break off */
  async stream(
    path: string,
    body: JsonObject,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const { body: stream } = await this.#ask(path, body, signal);
    if (stream) return stream;
    throw new ServerFailed({ kind: 'serverGone' });
  }

  async #ask(path: string, body: JsonObject | undefined, signal: AbortSignal): Promise<Response> {
    const response = await within(
      fetch(path, {
        credentials: 'same-origin',
        headers: { ...this.headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
        signal,
      }),
    );
    if (response.ok) return response;
    const answer = parseJson(await within(response.text()));
    throw new ServerFailed(
      refusal(response.status, isObject(answer) ? answer : {}, {
        retryAfter: response.headers.get('Retry-After'),
        withKey: this.key() !== undefined,
      }),
    );
  }
}

async function within<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'AbortError') throw error;
    throw new ServerFailed({ kind: name === 'TimeoutError' ? 'serverSilent' : 'serverGone' });
  }
}

type Circumstances = { retryAfter: string | null; withKey: boolean };

/** What a status and a body say about why. */
export function refusal(
  status: number,
  body: JsonObject,
  { retryAfter, withKey }: Circumstances,
): ServerFailed['failure'] {
  const words = wordsIn(body);
  if (status === 401) return { kind: 'keyWanted', refused: withKey };
  if (status === 503 || status === 429) {
    const seconds = Number(retryAfter ?? '');
    const retryAfterS = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 300) : 3;
    return { kind: 'busy', retryAfterS, words };
  }
  return { kind: 'refused', status, words };
}

/** Each API of the server has its own name for them; the reason for a field tells most. */
function wordsIn(body: JsonObject): string | undefined {
  const names = ['REASON', 'message', 'detail', 'API_ERROR', 'ERROR', 'INTERNAL_ERROR'];
  return names.map((name) => textAt(body, name)).find((words) => words !== undefined);
}
