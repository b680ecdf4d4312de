import { AppError } from '../lib/errors.ts';
import type { AccessTokens } from './access-token.ts';
import { type ApiKeySecret, parseApiKey } from './api-key.ts';
import type { ExternalIssuers } from './external-issuers.ts';

/** The verified content of an Authorization header, before the catalog is read. */
export type Credential =
  | { kind: 'session'; userId: string; sessionId: string; organizationId: string | undefined }
  | { kind: 'external'; issuer: string; subject: string }
  | ({ kind: 'apiKey' } & ApiKeySecret);

const bearer = /^Bearer +([^\s]+)$/i;
/** No valid header is longer; verifying a signature over megabytes would be slow. */
const maxLength = 8192;

/** Whether an Authorization header contains something in the form of an API key, valid or not. */
export const isApiKeyHeader = (authorization: string | null): boolean =>
  authorization !== null && authorization.length <= maxLength && /^Bearer +chk_/i.test(authorization);

/**
 * Reads an Authorization header: our access token, a token of an external issuer, or an API key. Null without a header.
 * Throws UNAUTHENTICATED for anything else.
 */
export async function readCredential(
  authorization: string | undefined,
  issuers: { ours: AccessTokens; external: ExternalIssuers },
): Promise<Credential | null> {
  if (authorization === undefined || authorization === '') return null;
  const token = authorization.length <= maxLength ? bearer.exec(authorization)?.[1] : undefined;
  if (token === undefined) throw new AppError('UNAUTHENTICATED', 'Send the token as "Authorization: Bearer <token>"');
  const key = parseApiKey(token);
  if (key) return { kind: 'apiKey', ...key };
  if (issuers.external.claims(token)) return { kind: 'external', ...(await issuers.external.verify(token)) };
  return { kind: 'session', ...(await issuers.ours.verify(token)) };
}
