import { toAppError } from '../db/pg-errors.ts';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';

/** What happens when some rows fail: all rows are rolled back, or only the failed ones. */
export const errorPolicies = ['REJECT_EVERYTHING', 'REJECT_FAILED_ROWS'] as const;
export type ErrorPolicy = (typeof errorPolicies)[number];

/** The result of one row of a bulk change: its id, or the reason of its failure. */
export type RowOutcome = { index: number; id: string } | { index: number; failure: RowFailure };
export interface RowFailure {
  code: ErrorCode;
  message: string;
  /** Path of the offending argument, which contains the position of the row. */
  field: string | undefined;
  /** For a stale version: `{ id }` of the object. */
  current?: unknown;
}

export interface RowsOptions {
  policy: ErrorPolicy;
  /** The argument that holds the rows, such as `input.tasks`. */
  field: string;
}

/** Errors that do not belong to one row: they fail the whole change. */
const beyondRows: ReadonlySet<ErrorCode> = new Set([
  'TRANSACTION_CONFLICT',
  'TIMEOUT',
  'UNAVAILABLE',
  'MIGRATING',
  'CONNECTION_LOST',
  'CANCELLED',
  'INTERNAL',
]);

/**
 * Runs `work` for each row in order, each in its own savepoint. With REJECT_EVERYTHING it tries all rows, then throws
 * the error of the first failed one, with all failures in `failures`.
 */
export async function eachRow<Row>(
  tx: TenantTx,
  rows: readonly Row[],
  { policy, field }: RowsOptions,
  work: (row: Row, index: number) => Promise<{ id: string }>,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const [index, row] of rows.entries()) {
    try {
      outcomes.push({ index, id: (await tx.transaction(() => work(row, index))).id });
    } catch (error) {
      outcomes.push({ index, failure: failureOf(error, `${field}.${index}`) });
    }
  }
  if (policy === 'REJECT_EVERYTHING') refuseFailures(outcomes);
  return outcomes;
}

export const idsOf = (outcomes: readonly RowOutcome[]): string[] =>
  outcomes.flatMap((outcome) => ('id' in outcome ? [outcome.id] : []));

/** The failure of a row. Throws an error that does not belong to one row. */
export function failureOf(error: unknown, row: string): RowFailure {
  const known = toAppError(error);
  if (!known || beyondRows.has(known.code)) throw error;
  const { code, message, details } = known;
  const field = details.field === undefined ? row : details.field.replace(/^input/, row);
  return { code, message, field, ...(details.current !== undefined && { current: details.current }) };
}

/** Throws the error of the first failed row, with all failures in `failures`. */
export function refuseFailures(outcomes: readonly RowOutcome[]): void {
  const failures = outcomes.flatMap((outcome) =>
    'failure' in outcome ? [{ index: outcome.index, ...outcome.failure }] : [],
  );
  const first = failures[0];
  if (!first) return;
  const { code, message, field, current } = first;
  const details = { ...(field !== undefined && { field }), ...(current !== undefined && { current }), failures };
  throw new AppError(code, `Row ${first.index}: ${message}`, details);
}
