import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hashSecret, newSecret } from './secret-token.ts';

const form = /^chk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeySecret {
  /** Public: finds the key. */
  prefix: string;
  secret: string;
}

export const newApiKey = (): ApiKeySecret => ({ prefix: randomBytes(6).toString('hex'), secret: newSecret() });

export const formatApiKey = ({ prefix, secret }: ApiKeySecret): string => `chk_${prefix}_${secret}`;

/** Reads `chk_<prefix>_<secret>`; undefined for anything else. */
export function parseApiKey(text: string): ApiKeySecret | undefined {
  const match = form.exec(text);
  return match ? { prefix: match[1]!, secret: match[2]! } : undefined;
}

/** Whether the secret is the one whose hash was stored. */
export const isSecretOf = (secret: string, storedHash: string): boolean => {
  const [given, stored] = [Buffer.from(hashSecret(secret)), Buffer.from(storedHash)];
  return given.length === stored.length && timingSafeEqual(given, stored);
};
