import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Derives a separate key for each purpose from the installation's secret (HKDF, RFC 5869). */
export function deriveKey(secret: string, purpose: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'chantier', purpose, bytes));
}

/**
 * Encrypts values that must not be readable in the database or its backups: AES-256-GCM with a key from the
 * installation's secret. The context (the kind of the value and its row) is authenticated, so a value that is moved to
 * another row cannot be decrypted.
 */
export class Seal {
  readonly #current: string;
  readonly #keys = new Map<string, Buffer>();
  /** The current one first. */
  readonly #fingerprintKeys: readonly Buffer[];

  /** `previous`: earlier secrets, which decrypt old values but encrypt no new ones. */
  constructor(secret: string, previous: readonly string[] = []) {
    for (const each of [...previous, secret]) this.#keys.set(keyIdOf(each), deriveKey(each, 'seal'));
    this.#current = keyIdOf(secret);
    this.#fingerprintKeys = [secret, ...previous].map((each) => deriveKey(each, 'fingerprint'));
  }

  seal(plain: string, context: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#current)!, nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${this.currentPrefix}${body.toString('base64url')}`;
  }

  /** Throws when the value was sealed under an unknown secret, for another context, or has been changed. */
  open(sealed: string, context: string): string {
    const [version, keyId, encoded] = sealed.split('.');
    const key = version === 'v1' && keyId !== undefined ? this.#keys.get(keyId) : undefined;
    if (!key || !encoded) throw new Error('A sealed value cannot be opened: it was sealed under another secret');
    const body = Buffer.from(encoded, 'base64url');
    if (body.length < nonceBytes + tagBytes) throw new Error('A sealed value cannot be opened: it is damaged');
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(body.subarray(-tagBytes));
    return Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  }

  /**
   * Keyed hashes of a text that may contain secrets, by every secret and the current one first: equal for equal texts,
   * and useless for guessing without the key.
   */
  fingerprints(text: string, context: string): string[] {
    const input = JSON.stringify([context, text]);
    return this.#fingerprintKeys.map((key) => createHmac('sha256', key).update(input).digest('base64url'));
  }

  /** What every value begins with that is sealed under the current secret. */
  get currentPrefix(): string {
    return `v1.${this.#current}.`;
  }
}

const keyIdOf = (secret: string) => deriveKey(secret, 'seal key id', 4).toString('hex');
