import type { AnswerHandlers, BoundStatement } from '../db/pipelined-statements.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import { checkOf, type Requirements } from './requirements.ts';
import { lockRule } from './rule-lock.ts';
import type { Statement } from './statement.ts';

/** A change of rows, as one value. */
export interface RowChange {
  /** The rule that it may break: it is locked first, see `lockRule`. */
  lock?: string | undefined;
  /** Conditions for the change; if one does not hold, the transaction fails. */
  require?: Requirements | undefined;
  /** See `rows.ts`. */
  write?: BoundStatement | undefined;
}

/** The `INSERT ... RETURNING` that follows a change in the same statement. */
interface ChangeRecord<Values extends object> {
  statement: Statement<Values>;
  values: Values;
  handlers: AnswerHandlers;
}

/**
 * Sends a change and its record as one statement, after the lock, without waiting for the answers: see
 * `Statement.sendWith`.
 */
export function sendChange<Values extends object>(
  tx: TenantTx,
  viewer: Viewer | null,
  { lock, require, write }: RowChange,
  { statement, values, handlers }: ChangeRecord<Values>,
): void {
  if (lock !== undefined) lockRule(tx, lock);
  const check = viewer && require ? checkOf(viewer, require) : undefined;
  statement.sendWith(tx, values, { check, write }, handlers);
}
