import type OpenAI from 'openai';
import * as z from 'zod';
import type { PictureType } from '../../protocol/picture.ts';
import type { ImageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, Garbage, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import type { Images, Made } from './images.ts';

/** Pictures take endpoints half a minute and more; nobody waits for them in a conversation. */
const imagesTimeouts: Timeouts = { firstMs: 180_000, idleMs: 30_000, totalMs: 240_000 };
/** Of one picture. PNGs of 1536 x 1024 have 2 to 4 MB. */
export const mostPictureBytes = 10_000_000;
/** The same in base64, with the JSON around it. */
const maxBytes = 14_000_000;
const mostUrlChars = 4_000;

const Answer = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).min(1),
});

/** `POST /images/generations`, as OpenAI has it; endpoints answer with base64 or with an address. */
export class OpenAiImages implements Images {
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: ImageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...imagesTimeouts, ...deps.timeouts };
  }

  async make(prompt: string, { signal }: { signal: AbortSignal }): Promise<Made> {
    const { settings, deps } = this;
    const { model, size } = settings;
    const attempt = new Attempt('images', settings, deps.clock, this.#timeouts, signal);
    try {
      const response = await attempt.request((inTime) =>
        this.#client.images
          .generate({ model, prompt, n: 1, ...(size && { size }) }, { signal: inTime })
          .asResponse(),
      );
      const body: unknown = JSON.parse(await attempt.wait(() => response.text()));
      const [first] = Answer.parse(body).data;
      if (first?.b64_json) return fromBase64(first.b64_json);
      return fromUrl(first?.url ?? '');
    } catch (cause) {
      throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }
}

function fromUrl(url: string): Made {
  const isAddress =
    url.length <= mostUrlChars && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isAddress) throw new Garbage('neither a picture nor the address of one', false);
  return { kind: 'url', url };
}

function fromBase64(base64: string): Made {
  const bytes = Buffer.from(base64.replace(/^data:[\w/+.-]+;base64,/, ''), 'base64');
  const type = typeOf(bytes);
  if (!type) throw new Garbage('no picture of a kind that browsers show', false);
  if (bytes.byteLength > mostPictureBytes)
    throw new Garbage(`a picture of more than ${mostPictureBytes} bytes`, false);
  return { kind: 'bytes', bytes, type };
}

/** By its first bytes: what an endpoint says of them is not served on to browsers. */
function typeOf(bytes: Uint8Array): PictureType | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return 'image/webp';
  return /^GIF8[79]a/.test(head) ? 'image/gif' : undefined;
}
