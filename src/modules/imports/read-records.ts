import { AppError } from '../../lib/errors.ts';
import type { Outcome } from './batches.ts';
import { Conversations } from './conversations.ts';
import { JoinedFiles } from './join-files.ts';
import type { Mapping } from './mapping.ts';
import { readRows } from './read-rows.ts';
import type { ReadingPosition } from './read-text-file.ts';
import type { ImportRecord } from './records.ts';
import type { Row } from './row.ts';
import { RowMapper } from './row-mapper.ts';

/** Reads a file as its mapping says: a record for each good row, and why each bad one is bad. */
export async function* readRecords(file: string, mapping: Mapping, position: ReadingPosition): AsyncGenerator<Outcome> {
  const mapper = new RowMapper(mapping);
  const joined = await JoinedFiles.open(file, mapping.join);
  const conversations = new Conversations();
  const doubles = new Doubles();
  let checked = mapping.file.format !== 'csv';
  for await (const row of readRows(file, mapping.file, position)) {
    if ('reason' in row) {
      yield row;
      continue;
    }
    if (!checked) checkColumns(mapper, [...row.cells.keys(), ...joined.columns]);
    checked = true;
    yield outcomeOf(row, () => {
      const record = mapper.map(joined.extend(row));
      doubles.check(record);
      return record.message ? { ...record, message: conversations.place(record.message) } : record;
    });
  }
}

function outcomeOf({ line }: Row, map: () => ImportRecord): Outcome {
  try {
    return map();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { line, reason: error.message };
  }
}

/** Throws BAD_INPUT when the mapping names columns that no row can have. */
function checkColumns({ columns }: RowMapper, present: readonly string[]): void {
  const unknown = [...columns].filter((column) => !present.includes(column));
  if (unknown.length === 0) return;
  const message = `The mapping names columns that the file does not have: ${unknown.join(', ')}. It has: ${present.join(', ')}`;
  throw new AppError('BAD_INPUT', message, { field: 'map' });
}

/**
 * Two rows of hours under one reference would be one entry: the second row would take the place of the first. What is
 * kept in memory of each row is its reference alone.
 */
class Doubles {
  readonly #references = new Set<string>();

  check({ time }: ImportRecord): void {
    if (!time) return;
    if (this.#references.has(time.reference)) {
      throw new AppError('BAD_INPUT', `time.reference: an earlier row has "${time.reference}", too`);
    }
    this.#references.add(time.reference);
  }
}
