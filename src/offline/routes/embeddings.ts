import * as z from 'zod';
import { readJson } from '../body.ts';
import { embed } from '../embedding.ts';
import { parsed } from '../invalid-request.ts';
import { sendJson, type Route } from '../route.ts';

const maxBodyBytes = 4_000_000;
/** OpenAI's limits are 2,048 texts of 8,192 tokens; a text here may be as long, all together bounded by the body. */
const Text = z.string().min(1).max(32_768);

const EmbeddingsRequest = z.object({
  model: z.string().max(200).optional(),
  input: z.union([Text, z.array(Text).min(1).max(2_048)], {
    error: 'must be a text or a list of texts, none of them empty',
  }),
  dimensions: z.int().min(16).max(2_048).default(256),
  encoding_format: z.enum(['float', 'base64']).default('float'),
});

/** `POST /v1/embeddings` */
export const embeddingRoutes: Route[] = [
  {
    method: 'POST',
    path: '/v1/embeddings',
    async handle({ request, response }) {
      const wish = parsed(EmbeddingsRequest, await readJson(request, maxBodyBytes));
      const texts = typeof wish.input === 'string' ? [wish.input] : wish.input;
      const data = texts.map((text, index) => {
        const vector = embed(text, wish.dimensions);
        return {
          object: 'embedding',
          index,
          embedding: wish.encoding_format === 'base64' ? base64(vector) : [...vector],
        };
      });
      const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
      sendJson(response, 200, {
        object: 'list',
        model: wish.model ?? 'offline-embedding',
        data,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      });
    },
  },
];

/** 32-bit little-endian floats, as every platform here has them in memory. */
function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
