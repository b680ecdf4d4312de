import { toAppError } from '../../db/pg-errors.ts';
import { type Batch, batchesOf, type Outcome } from './batches.ts';
import { RecordReader } from './read-records.ts';
import type { ImportRecord } from './records.ts';
import type { ImportOptions } from './run-import.ts';
import { findSourceFiles } from './source-files.ts';
import { Survey } from './survey.ts';
import type { ChangeCounts, RefusedRow } from './tables.ts';
import { writeBatch } from './write-batch.ts';
import { KnownRows } from './write-context.ts';

/** The result that importing the first rows of a file would have. */
export interface ImportPreview {
  rows: number;
  records: readonly ImportRecord[];
  changes: ChangeCounts;
  skipped: readonly RefusedRow[];
}

export const mostPreviewed = 1_000;

/** Rolls back a transaction on purpose, after its result is known. */
class Rollback extends Error {}

/** Imports the first rows in a transaction that is rolled back. Throws as `runImport` does, except for invalid rows. */
export async function previewImport(
  { binding, tenant, file, mapping, viewer }: Pick<ImportOptions, 'binding' | 'tenant' | 'file' | 'mapping' | 'viewer'>,
  rows: number,
): Promise<ImportPreview> {
  const files = await findSourceFiles(file, mapping.file.files);
  const reader = await RecordReader.open(files, mapping);
  const first = () => take(reader.read({ bytes: 0 }), rows);
  const survey = await Survey.of(first());
  const all: Batch[] = [];
  for await (const batch of batchesOf(survey.resolve(first()), mostPreviewed * 4)) all.push(batch);
  const { records, refused: unreadable, rowsDone } = all[0]!;
  let written: Awaited<ReturnType<typeof writeBatch>> | undefined;
  try {
    await binding.write(tenant, async (tx) => {
      const target = { tx, source: `import:${mapping.name}`, known: new KnownRows(), survey, viewer };
      written = await writeBatch(target, records);
      throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw toAppError(error) ?? error;
  }
  const { changes, refused } = written!;
  return { rows: rowsDone, records, changes: changes.counts, skipped: [...unreadable, ...refused] };
}

async function* take(outcomes: AsyncIterable<Outcome>, most: number): AsyncGenerator<Outcome> {
  let taken = 0;
  for await (const outcome of outcomes) {
    yield outcome;
    if (++taken >= most) return;
  }
}
