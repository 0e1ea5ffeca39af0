import * as z from 'zod';

/*
 * Kinds of values that environment variables spell. Every message continues the variable's name: "PORT must be …".
 */

export const text = z.string();

export function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(z.int().min(min, { error }).max(max, { error }));
}

/** As endpoints spell it; some of DashScope's have a star. */
export const pictureSize = z.string().regex(/^(auto|\d{2,5}[x*]\d{2,5})$/, {
  error: 'must be a width and a height such as 1024x1024, or auto',
});

/** Degrees and the like. */
export function decimal(min: number, max: number) {
  const error = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,8})?$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
}

export const port = whole(1, 65_535);

const spellings: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};
export const flag = z
  .string()
  .toLowerCase()
  .refine((word) => word in spellings, { error: 'must be true or false' })
  .transform((word) => spellings[word] === true);

export function oneOf<const Words extends [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

export function urlOf(...schemes: [string, ...string[]]) {
  const shown = schemes.map((scheme) => `${scheme}://`).join(' or ');
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)),
      { error: `must be a URL that begins with ${shown}` },
    );
}

/** A URL that paths are appended to. */
export function baseUrlOf(...schemes: [string, ...string[]]) {
  return urlOf(...schemes).transform((value) => value.replace(/\/+$/, ''));
}

/** An API key: printable, without spaces, so that it can travel in a header. */
export const headerKey = z.string().regex(/^[\x21-\x7e]{8,512}$/, {
  error: 'must be 8 to 512 printable ASCII characters, no spaces',
});

export const sharedSecret = z
  .string()
  .min(16, { error: 'must have at least 16 characters: it guards what is secret' });

/** Host names, addresses and ranges. */
export const hosts = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[\w.:-]{1,253}(\/\d{1,3})?$/.test(part)), {
    error: 'must be host names, addresses and ranges such as llm.lan,10.0.0.5,192.168.0.0/16',
  });

export type NamedVoice = { name: string; gender: 'MALE' | 'FEMALE' };

/** `af_bella:female,am_adam:male,other`; a voice of which nothing is said counts as female. */
export const voiceNames = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[^:,\s]{1,100}(:(fe)?male)?$/i.test(part)), {
    error: 'must be names of voices such as af_bella:female,am_adam:male',
  })
  .transform((parts) =>
    parts.map((part): NamedVoice => {
      const [name = '', gender = 'female'] = part.split(':');
      return { name, gender: gender.toLowerCase() === 'male' ? 'MALE' : 'FEMALE' };
    }),
  );

const address = /^[0-9a-f.:]+(\/\d{1,3})?$/i;
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/** What express calls `trust proxy`: a number of hops, or addresses and ranges. */
export const trustedProxies = z
  .string()
  .transform((value) => {
    if (/^(false|no|off|0)$/i.test(value)) return false;
    return /^\d{1,2}$/.test(value) ? Number(value) : value.split(',').map((part) => part.trim());
  })
  .refine(
    (proxies) =>
      !Array.isArray(proxies) ||
      proxies.every((part) => namedRanges.includes(part) || address.test(part)),
    { error: 'must be a number of proxies, or addresses and ranges such as loopback,10.0.0.0/8' },
  );
