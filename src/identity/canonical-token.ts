import { AppError } from '../lib/errors.ts';

/**
 * Throws UNAUTHENTICATED unless the parts of a token are base64url without padding (RFC 7515): otherwise one token
 * could be written in many ways.
 */
export function requireCanonical(token: string): void {
  const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;
  if (!token.split('.').every(isCanonical)) throw new AppError('UNAUTHENTICATED', 'The access token is not valid');
}
