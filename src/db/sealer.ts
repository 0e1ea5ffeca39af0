import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A sealed value cannot be opened: it was sealed with another secret, or for another place. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts what must be stored but never read from a database alone, such as other people's API keys: AES-256-GCM. The
 * place is sealed in, so that a row's value opens in that row only.
 */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret of any length; from PARLEY_SECRET or the data folder */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, 'parley', 'values at rest', 32));
  }

  /** @param place what the value belongs to, such as `model:<workspace>:<name>` */
  seal(value: string, place: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @throws {SealBroken} */
  open(sealed: string, place: string): string {
    const [kind, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    if (kind !== version || bytes.length < ivBytes + tagBytes)
      throw new SealBroken('not sealed here');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      const opened = [decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()];
      return Buffer.concat(opened).toString('utf8');
    } catch (cause) {
      throw new SealBroken('sealed with another secret or for another place', { cause });
    }
  }
}
