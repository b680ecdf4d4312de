import { toAppError } from '../db/pg-errors.ts';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import type { TenantTx } from '../tenancy/binding.ts';

/** What happens to the other rows when some fail: nothing is kept, or all but those. */
export const errorPolicies = ['REJECT_EVERYTHING', 'REJECT_FAILED_ROWS'] as const;
export type ErrorPolicy = (typeof errorPolicies)[number];

/** How one row of a bulk change went: the id that it has, or why it failed. */
export type RowOutcome = { index: number; id: string } | { index: number; failure: RowFailure };
export interface RowFailure {
  code: ErrorCode;
  message: string;
  /** Path of the offending argument, with the position of the row in it. */
  field: string | undefined;
  /** The object as it is now, when its version is stale. */
  current?: unknown;
}

export interface RowsOptions {
  policy: ErrorPolicy;
  /** The argument that holds the rows, such as `input.tasks`. */
  field: string;
}

/** Failures that are not a row's own: the whole change fails of them. */
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
 * Does the work on each row behind a savepoint of its own, in order. Under REJECT_EVERYTHING it throws what the first
 * failed row failed of, with all failures in `failures`, once every row was tried.
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

function failureOf(error: unknown, row: string): RowFailure {
  const known = toAppError(error);
  if (!known || beyondRows.has(known.code)) throw error;
  const { code, message, details } = known;
  const field = details.field === undefined ? row : details.field.replace(/^input/, row);
  return { code, message, field, ...(details.current !== undefined && { current: details.current }) };
}

function refuseFailures(outcomes: readonly RowOutcome[]): void {
  const failures = outcomes.flatMap((outcome) =>
    'failure' in outcome ? [{ index: outcome.index, ...outcome.failure }] : [],
  );
  const first = failures[0];
  if (!first) return;
  const { code, message, field, current } = first;
  const details = { ...(field !== undefined && { field }), ...(current !== undefined && { current }), failures };
  throw new AppError(code, `Row ${first.index}: ${message}`, details);
}
