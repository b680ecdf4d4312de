import type { BoundStatement } from '../db/pipelined-statements.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { IdTable } from './rows.ts';
import { type Row, useLocked } from './visible-rows.ts';

/** Thrown when a recorded use case needs an answer of the database: it cannot be recorded. */
class ReadsFirst extends Error {}

/** A row that the transaction has locked, whose use case need not read it again. */
export interface LockedRow {
  table: IdTable;
  row: Row<IdTable>;
}

/** The statements that the use case of a row would send, and how it ended. */
export interface RecordedRow {
  tx: TenantTx;
  statements: readonly BoundStatement[];
  hooks: readonly (() => void | Promise<void>)[];
  outcome: { id: string } | { error: unknown };
}

/** Runs the use case of a row without sending anything. Undefined if it has to read first. */
export async function recordRow(
  tx: TenantTx,
  locked: LockedRow | undefined,
  work: (tx: TenantTx) => Promise<{ id: string }>,
): Promise<RecordedRow | undefined> {
  const statements: BoundStatement[] = [];
  const hooks: RecordedRow['hooks'][number][] = [];
  const recorder = recorderOver(tx, statements, hooks);
  if (locked) useLocked(recorder, locked.table, locked.row);
  try {
    return { tx: recorder, statements, hooks, outcome: await work(recorder) };
  } catch (error) {
    return error instanceof ReadsFirst ? undefined : { tx: recorder, statements, hooks, outcome: { error } };
  }
}

function recorderOver(
  { timeZone, currency, clientMutationId }: TenantTx,
  statements: BoundStatement[],
  hooks: RecordedRow['hooks'][number][],
): TenantTx {
  const readsFirst = (): never => {
    throw new ReadsFirst();
  };
  return Object.assign(Object.create(new Proxy({}, { get: readsFirst })), {
    timeZone,
    currency,
    lastChange: null,
    clientMutationId,
    hasNewJobs: false,
    answerIsSecret: false,
    onCommit: (hook: RecordedRow['hooks'][number]) => void hooks.push(hook),
    run: readsFirst,
    send: (statement: BoundStatement) => void statements.push(statement),
  }) as TenantTx;
}
