import type { TenantTx } from '../tenancy/tenant-session.ts';
import { type ErrorPolicy, failureOf, type RowFailure, refuseFailures } from './each-row.ts';
import { type LockedRow, type RecordedRow, recordRow } from './row-recorder.ts';
import { sendRows } from './send-rows.ts';

export const upsertStatuses = ['CREATED', 'UPDATED', 'UNCHANGED', 'FAILED'] as const;
export type UpsertStatus = (typeof upsertStatuses)[number];

/** The result of one row of an upsert. */
export interface UpsertOutcome {
  index: number;
  status: UpsertStatus;
  id?: string;
  failure?: RowFailure;
}

/** The use case of one row. It throws for a row that cannot be written. */
export interface UpsertedRow {
  /** The row with this reference; undefined if it has to be created. */
  locked: LockedRow | undefined;
  work: (tx: TenantTx) => Promise<{ id: string }>;
}

interface Pending {
  index: number;
  row: UpsertedRow;
  recorded: RecordedRow;
}

/**
 * Runs the use case of each row in order, each in its own savepoint, as `eachRow` does. The statements of rows whose
 * use cases read nothing are collected and sent as one: their number does not depend on the number of rows. A row whose
 * use case reads runs alone, after those before it were sent.
 */
export class RowUpsert {
  readonly #tx: TenantTx;
  readonly #field: string;
  readonly #outcomes: UpsertOutcome[] = [];
  #pending: Pending[] = [];

  constructor(tx: TenantTx, field: string) {
    this.#tx = tx;
    this.#field = field;
  }

  async run(rows: readonly UpsertedRow[], policy: ErrorPolicy): Promise<UpsertOutcome[]> {
    for (const [index, row] of rows.entries()) await this.#add(index, row);
    await this.#send();
    const outcomes = this.#outcomes.sort((a, b) => a.index - b.index);
    if (policy === 'REJECT_EVERYTHING')
      refuseFailures(outcomes.flatMap(({ index, failure }) => (failure ? [{ index, failure }] : [])));
    return outcomes;
  }

  async #add(index: number, row: UpsertedRow): Promise<void> {
    const recorded = await recordRow(this.#tx, row.locked, row.work);
    if (!recorded) {
      await this.#send();
      await this.#runAlone(index, row);
    } else if (recorded.statements.length) {
      this.#pending.push({ index, row, recorded });
    } else this.#settle({ index, row, recorded }, 'error' in recorded.outcome ? recorded.outcome.error : undefined);
  }

  async #send(): Promise<void> {
    if (!this.#pending.length) return;
    const pending = this.#pending;
    this.#pending = [];
    const errors = await sendRows(
      this.#tx,
      pending.map(({ recorded }) => recorded),
    );
    for (const [place, each] of pending.entries()) this.#settle(each, errors[place]);
  }

  #settle({ index, row, recorded }: Pending, error: unknown): void {
    const { tx, hooks, outcome } = recorded;
    if (error !== undefined || 'error' in outcome) {
      this.#fail(index, error);
      return;
    }
    for (const hook of hooks) this.#tx.onCommit(hook);
    if (tx.lastChange !== null) this.#tx.lastChange = tx.lastChange;
    if (tx.hasNewJobs) this.#tx.hasNewJobs = true;
    this.#succeed(index, row, outcome.id, tx.lastChange !== null);
  }

  async #runAlone(index: number, row: UpsertedRow): Promise<void> {
    const before = this.#tx.lastChange;
    try {
      const { id } = await this.#tx.transaction(() => row.work(this.#tx));
      this.#succeed(index, row, id, this.#tx.lastChange !== before);
    } catch (error) {
      this.#tx.lastChange = before;
      this.#fail(index, error);
    }
  }

  #succeed(index: number, { locked }: UpsertedRow, id: string, wrote: boolean): void {
    const changed = wrote ? 'UPDATED' : 'UNCHANGED';
    this.#outcomes.push({ index, id, status: locked ? changed : 'CREATED' });
  }

  #fail(index: number, error: unknown): void {
    const failure = failureOf(error, `${this.#field}.${index}`);
    this.#outcomes.push({ index, status: 'FAILED', failure });
  }
}
