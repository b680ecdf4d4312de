import type { ImportRecord } from './records.ts';
import type { RefusedRow } from './tables.ts';

/** What one row of the file came to. */
export type Outcome = ImportRecord | RefusedRow;

export interface Batch {
  records: ImportRecord[];
  refused: RefusedRow[];
  /** How many rows of the file there are up to its end. */
  rowsDone: number;
}

/** Rows of one task stay in one batch, but not without end. */
const mostTogether = 10;

/**
 * Puts so many rows at a time together. Rows side by side that speak of the same task stay together, so that the first
 * one decides. The same file always falls into the same batches.
 */
export async function* batchesOf(outcomes: AsyncIterable<Outcome>, size: number): AsyncGenerator<Batch> {
  let batch: Batch = { records: [], refused: [], rowsDone: 0 };
  let rows = 0;
  for await (const outcome of outcomes) {
    if (rows >= size && !(continues(batch, outcome) && rows < size * mostTogether)) {
      yield batch;
      batch = { records: [], refused: [], rowsDone: batch.rowsDone };
      rows = 0;
    }
    if ('reason' in outcome) batch.refused.push(outcome);
    else batch.records.push(outcome);
    rows++;
    batch.rowsDone++;
  }
  if (rows > 0) yield batch;
}

function continues({ records }: Batch, outcome: Outcome): boolean {
  const last = records.at(-1)?.task?.reference;
  return last !== undefined && !('reason' in outcome) && outcome.task?.reference === last;
}
