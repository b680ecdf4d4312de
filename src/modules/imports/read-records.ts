import { AppError } from '../../lib/errors.ts';
import type { Outcome } from './batches.ts';
import { Conversations } from './conversations.ts';
import { JoinedFiles } from './join-files.ts';
import { Lookups } from './lookups.ts';
import type { Mapping } from './mapping.ts';
import { Numbering } from './numbering.ts';
import { readRows } from './read-rows.ts';
import type { ReadingPosition } from './read-text-file.ts';
import type { ImportRecord } from './records.ts';
import type { Row } from './row.ts';
import { RowMapper } from './row-mapper.ts';
import type { SourceFiles } from './source-files.ts';

/** Reads the records of files according to their mapping. Can read repeatedly. */
export class RecordReader {
  readonly #files: SourceFiles;
  readonly #mapping: Mapping;
  readonly #joined: JoinedFiles;
  readonly #mapper: RowMapper;

  private constructor(files: SourceFiles, mapping: Mapping, joined: JoinedFiles, mapper: RowMapper) {
    this.#files = files;
    this.#mapping = mapping;
    this.#joined = joined;
    this.#mapper = mapper;
  }

  /** Loads the joined files and lookups of the mapping. Throws BAD_INPUT if one of them cannot be read. */
  static async open(files: SourceFiles, mapping: Mapping): Promise<RecordReader> {
    const joined = await JoinedFiles.open(files.folder, mapping.join);
    const mapper = new RowMapper(mapping, await Lookups.load(files, mapping));
    return new RecordReader(files, mapping, joined, mapper);
  }

  /**
   * Yields a record for each valid row, and the reason for each invalid one. Records depend on the files and the
   * mapping alone, so repeated readings yield the same. Throws BAD_INPUT if there are no rows, and at the place after
   * which no row can be read.
   */
  async *read(position: ReadingPosition): AsyncGenerator<Outcome> {
    const conversations = new Conversations();
    const numbering = new Numbering(this.#mapping.time?.repeats === 'number');
    let rows = 0;
    let included = 0;
    for await (const row of readRows(this.#files.paths, this.#mapping.file, this.#options(position))) {
      rows++;
      const outcome = 'reason' in row ? row : outcomeOf(row, () => this.#mapper.map(this.#joined.extend(row)));
      if (outcome === undefined) continue;
      included++;
      if (!('reason' in outcome)) place(outcome, numbering, conversations);
      yield outcome;
    }
    if (rows === 0) throw invalidFile('The file has no rows');
    if (included === 0) throw invalidFile(`The conditions in "only" exclude all ${rows} rows of the file`);
  }

  #options(position: ReadingPosition) {
    return { position, check: (columns: readonly string[]) => this.#checkColumns(columns) };
  }

  /** Throws BAD_INPUT if the mapping names columns that no row has. */
  #checkColumns(columns: readonly string[]): void {
    const present = new Set([...columns, ...this.#joined.columns]);
    const unknown = [...this.#mapper.columns].filter(
      (column) => !present.has(column) && !present.has(column.replace(/\.\d+$/, '')),
    );
    if (unknown.length === 0) return;
    const message = `The mapping names columns that the file does not have: ${unknown.join(', ')}. It has: ${[...present].join(', ')}`;
    throw new AppError('BAD_INPUT', message, { field: 'map' });
  }
}

const invalidFile = (message: string): AppError => new AppError('BAD_INPUT', message, { field: 'file' });

function place(record: ImportRecord, numbering: Numbering, conversations: Conversations): void {
  if (record.time) record.time = numbering.place(record.time);
  if (record.messages) record.messages = record.messages.map((message) => conversations.place(message));
}

function outcomeOf({ line, file }: Row, map: () => ImportRecord | undefined): Outcome | undefined {
  try {
    return map();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { line, reason: error.message, ...(file !== undefined && { file }) };
  }
}
