import type { ImportRecord } from './records.ts';
import type { RefusedRow } from './tables.ts';

/** The result of one row of the file. */
export type Outcome = ImportRecord | RefusedRow;

export interface Batch {
  records: ImportRecord[];
  refused: RefusedRow[];
  /** How many outcomes there are up to its end. */
  outcomesDone: number;
  /** Number of rows of the file up to the end of the batch. */
  rowsDone: number;
}

/** Puts so many rows at a time together. The same file always falls into the same batches. */
export async function* batchesOf(outcomes: AsyncIterable<Outcome>, size: number): AsyncGenerator<Batch> {
  let batch: Batch = { records: [], refused: [], outcomesDone: 0, rowsDone: 0 };
  let taken = 0;
  for await (const outcome of outcomes) {
    if (taken >= size) {
      yield batch;
      batch = { ...batch, records: [], refused: [] };
      taken = 0;
    }
    if ('reason' in outcome) batch.refused.push(outcome);
    else batch.records.push(outcome);
    taken++;
    batch.outcomesDone++;
    if ('reason' in outcome || !outcome.isLater) batch.rowsDone++;
  }
  if (taken > 0) yield batch;
}
