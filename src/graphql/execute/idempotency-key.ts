import { type ExecutionArgs, print } from 'graphql';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { GraphRequest } from '../context.ts';

/** How long answers are stored. */
export const keptMs = 24 * 3600 * 1000;

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The key of a request; undefined without one. Throws BAD_INPUT for a malformed key. */
export function keyOf({ idempotencyKey }: GraphRequest): string | undefined {
  if (idempotencyKey === undefined || keyPattern.test(idempotencyKey)) return idempotencyKey;
  throw new AppError('BAD_INPUT', 'An Idempotency-Key has 1 to 255 visible ASCII characters', {
    field: 'Idempotency-Key',
  });
}

/**
 * A text that identifies the request and the viewer's permissions, because a stored answer may show data that needs all
 * of them. May contain passwords.
 */
export function requestText({ document, operationName, variableValues }: ExecutionArgs, viewer?: Viewer): string {
  const rights = viewer ? [viewer.role, ...[...viewer.permissions].sort()] : [];
  return JSON.stringify([print(document), operationName ?? null, sorted(variableValues ?? {}), rights]);
}

/** The same value with sorted object keys: their order does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
