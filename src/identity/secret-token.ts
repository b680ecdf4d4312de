import { createHash, randomBytes } from 'node:crypto';

/** A secret for a link or a key: 256 random bits, so its SHA-256 is safe to store and cannot be guessed back. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
