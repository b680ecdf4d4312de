import type { ImportRecord } from './records.ts';
import type { RefusedRow } from './tables.ts';

/** The result of reading one row: its record, or why it is invalid. */
export type Outcome = ImportRecord | RefusedRow;

export interface Batch {
  records: ImportRecord[];
  refused: RefusedRow[];
  /** Number of outcomes up to the end of the batch: rows and deferred parts. */
  outcomesDone: number;
  /** Number of rows of the file up to the end of the batch. */
  rowsDone: number;
}

/** Groups outcomes into batches of the given size. The same file always gives the same batches. */
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
    if ('reason' in outcome || !outcome.isDeferred) batch.rowsDone++;
  }
  if (taken > 0) yield batch;
}
