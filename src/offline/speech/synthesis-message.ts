import * as z from 'zod';

/** To the synthesis thread. */
export const SynthesisRequest = z.object({
  id: z.int(),
  sentence: z.string(),
  voice: z.object({ name: z.string(), wordsPerMinute: z.number(), pitch: z.number() }),
});
export type SynthesisRequest = z.infer<typeof SynthesisRequest>;

const timed = { startMs: z.number(), endMs: z.number() };
const Timing = z.object({
  words: z.array(z.object({ text: z.string(), ...timed })),
  phonemes: z.array(z.object({ ipa: z.string(), ...timed })),
});

/** From it. @property samples mono PCM at `speakingRateHz`, handed over */
export const SynthesisReply = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    languages: z.array(
      z.object({ id: z.string(), name: z.string(), aliases: z.array(z.string()) }),
    ),
  }),
  z.object({
    kind: z.literal('sound'),
    id: z.int(),
    samples: z.instanceof(Int16Array<ArrayBuffer>),
    timing: Timing,
  }),
  z.object({ kind: z.literal('failed'), id: z.int(), reason: z.string() }),
]);
export type SynthesisReply = z.infer<typeof SynthesisReply>;
