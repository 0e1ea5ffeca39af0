import OpenAI from 'openai';
import * as z from 'zod';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { encodeWav } from '../../src/audio/wav.ts';
import { offlineRoutes } from '../../src/offline/offline-routes.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { RealtimeDoor } from '../../src/offline/realtime/realtime-door.ts';
import { listen, type OfflineServer } from '../../src/offline/server.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { InlineSynthesiser } from './inline-synthesiser.ts';
import { ScriptedRecogniser } from './scripted-recogniser.ts';

/** The embedded provider's HTTP in this process: real but for its recogniser. Serves the tests of one file. */
export class OfflineSubject {
  readonly synthesiser = new InlineSynthesiser();
  readonly recogniser = new ScriptedRecogniser();
  #server: OfflineServer | undefined;

  constructor() {
    const { recogniser, synthesiser } = this;
    beforeAll(async () => {
      this.#server = await listen(
        offlineRoutes({ recogniser, synthesiser }),
        0,
        silentLog,
        new RealtimeDoor({ recogniser, clock: systemClock, log: silentLog }),
      );
    });
    afterAll(() => this.#server?.close());
    beforeEach(() => {
      recogniser.answer = () => Promise.resolve('hello there');
      recogniser.reset();
      synthesiser.spoken.length = 0;
    });
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  get client(): OpenAI {
    return new OpenAI({ apiKey: 'none', baseURL: this.url, maxRetries: 0 });
  }

  post(path: string, body: string, type = 'application/json'): Promise<Response> {
    return fetch(this.url + path, { method: 'POST', body, headers: { 'content-type': type } });
  }
}

const ErrorBody = z.object({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(['invalid_request_error', 'server_error']),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

/** Status and code of an answer that must be an error in OpenAI's shape. */
export async function refusal(response: Response): Promise<[number, string]> {
  return [response.status, ErrorBody.parse(await response.json()).error.code];
}

/** 600 ms of a buzz that comes and goes, like speech. */
export function babble(sampleRateHz = 16_000, level = 8_000): Int16Array {
  return Int16Array.from({ length: sampleRateHz * 0.6 }, (_, i) => {
    const t = i / sampleRateHz;
    return Math.round(Math.sin(t * 2 * Math.PI * 5) ** 2 * Math.sin(t * 2 * Math.PI * 300) * level);
  });
}

export function wavFile(samples = babble(), sampleRateHz = 16_000): File {
  return new File([encodeWav(samples, sampleRateHz)], 'speech.wav');
}
