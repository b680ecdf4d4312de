import { AppError, type ErrorCode } from '../lib/errors.ts';
import { parseApiKey } from './api-key.ts';
import type { Refusal } from './refusal-log.ts';

const refusals: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'SESSION_REVOKED',
  'TENANT_MISMATCH',
  'FORBIDDEN',
]);

/**
 * The audit entry for a refused token or key; undefined if the request had none, or failed for another reason. An
 * expired token is not audited: every client sends one now and then.
 */
export function refusedCredential(authorization: string | null, error: unknown): Refusal | undefined {
  if (!authorization || !(error instanceof AppError) || !refusals.has(error.code)) return undefined;
  if (error.details.expired === true) return undefined;
  const key = parseApiKey(authorization.replace(/^Bearer +/i, ''));
  return {
    actor: { kind: 'SYSTEM' },
    action: key ? 'api-key.refused' : 'token.refused',
    metadata: { code: error.code, ...(key && { prefix: key.prefix }) },
  };
}
