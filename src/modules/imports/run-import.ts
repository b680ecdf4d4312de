import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toAppError } from '../../db/pg-errors.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { type Batch, batchesOf, type Outcome } from './batches.ts';
import type { Changes } from './changes.ts';
import { fingerprint } from './fingerprint.ts';
import { findProgress, finishProgress, type ImportTitle, type Progress, saveProgress } from './import-ledger.ts';
import type { ImportKind, Mapping } from './mapping.ts';
import { RecordReader } from './read-records.ts';
import { findSourceFiles, type SourceFiles } from './source-files.ts';
import { Survey } from './survey.ts';
import type { ChangeCounts, RefusedRow } from './tables.ts';
import { writeBatch } from './write-batch.ts';
import { KnownRows } from './write-context.ts';

export interface ImportOptions {
  binding: TenantBinding;
  tenant: Tenant;
  kind: ImportKind;
  file: string;
  /** What the file is called, when it does not lie under its name. */
  fileName?: string;
  mapping: Mapping;
  /** Who imports, for the log; absent: nobody who has an account here. */
  viewer?: Viewer;
  /** What to do at an invalid row: stop and keep the batches before it, or skip it. */
  onError: 'stop' | 'skip';
  /** Rows per transaction; 1000 by default. */
  batchSize?: number;
  /** Stops the import between two batches; the next run resumes there. */
  signal?: AbortSignal;
  /** Called after every batch. */
  onProgress?(state: ImportState): void;
}

/** How far an import has come. The files are read twice: `totalBytes` counts them twice, too. */
export interface ImportState {
  bytes: number;
  totalBytes: number;
  rows: number;
}

export interface ImportReport {
  kind: ImportKind;
  source: string;
  file: string;
  /** Number of rows in the file, valid and invalid. */
  rows: number;
  /** Number of rows that an earlier, interrupted run had already done. */
  resumedAt: number;
  changes: ChangeCounts;
  /** Invalid rows in the order of the file. */
  skipped: RefusedRow[];
}

const defaultBatchSize = 1_000;
/** More bad rows than anybody reads: the mapping does not fit. */
const mostSkipped = 10_000;
/** Rows that are read without letting other work take its turn. */
const rowsPerTurn = 100;

/**
 * Imports files into a tenant, batch by batch, each in a transaction with the position it ends at. What was imported
 * before is known by its reference: rows that are as the file says stay untouched, so a second import changes nothing.
 *
 * @throws BAD_INPUT for files or a mapping that cannot be read, for files without rows, and with `stop` for the first
 *   bad row; CANCELLED between two batches when the signal says so; errors of the database. Rerun the same import to
 *   resume.
 */
export async function runImport(options: ImportOptions): Promise<ImportReport> {
  const { kind, file, mapping } = options;
  const files = await findSourceFiles(file, mapping.file.files);
  const title = {
    kind,
    source: mapping.name,
    fileName: options.fileName ?? path.basename(file),
    fingerprint: await fingerprint(kind, mapping, files),
  };
  try {
    return await new Import(options, title, files).run();
  } catch (error) {
    throw toAppError(error) ?? error;
  }
}

class Import {
  readonly #options: ImportOptions;
  readonly #title: ImportTitle;
  readonly #files: SourceFiles;
  readonly #known = new KnownRows();
  readonly #position = { bytes: 0 };
  readonly #unreadable: RefusedRow[] = [];
  #rows = 0;

  constructor(options: ImportOptions, title: ImportTitle, files: SourceFiles) {
    this.#options = options;
    this.#title = title;
    this.#files = files;
  }

  async run(): Promise<ImportReport> {
    const { binding, tenant, mapping, kind, file, batchSize = defaultBatchSize } = this.#options;
    const reader = await RecordReader.open(this.#files, mapping);
    let progress = await binding.read(tenant, (db) => findProgress(db, this.#title), { roleClass: 'job' });
    const resumedAt = progress.rowsDone;
    const survey = await Survey.of(this.#watched(reader.read(this.#position)));
    const outcomes = survey.settle(this.#untilBad(reader.read(this.#position)));
    for await (const batch of batchesOf(outcomes, batchSize)) {
      this.#requireGoing();
      progress = await this.#take(batch, progress, survey);
      this.#rows = batch.rowsDone;
      this.#requireFewBad(progress);
      this.#show();
    }
    if (progress.saved) await this.#write((tx) => this.#finish(tx, progress));
    const skipped = [...this.#unreadable, ...progress.refused].sort((a, b) => a.line - b.line);
    const { source } = this.#title;
    return {
      kind,
      source,
      file,
      rows: this.#rows,
      resumedAt: Math.min(resumedAt, this.#rows),
      changes: progress.changes,
      skipped,
    };
  }

  #requireGoing(): void {
    if (this.#options.signal?.aborted) throw interrupted(this.#rows);
  }

  #requireFewBad({ refused }: Progress): void {
    if (this.#unreadable.length + refused.length <= mostSkipped) return;
    throw new AppError('BAD_INPUT', `More than ${mostSkipped} rows are bad; is this the mapping of the file?`, {
      field: 'map',
    });
  }

  #show(): void {
    this.#options.onProgress?.({ ...this.#position, totalBytes: 2 * this.#files.totalBytes, rows: this.#rows });
  }

  /** Lets other work of the process take its turn while the files are read, and the import be interrupted. */
  async *#watched(outcomes: AsyncIterable<Outcome>): AsyncGenerator<Outcome> {
    let rows = 0;
    for await (const outcome of outcomes) {
      if (++rows % rowsPerTurn === 0) {
        this.#requireGoing();
        this.#show();
        await nextTurn();
      }
      yield outcome;
    }
  }

  /** With `stop`, an invalid row ends the reading before its batch is written. */
  async *#untilBad(outcomes: AsyncIterable<Outcome>): AsyncGenerator<Outcome> {
    let rows = 0;
    for await (const outcome of outcomes) {
      if ('reason' in outcome && this.#options.onError === 'stop') throw badRow(outcome);
      if (++rows % rowsPerTurn === 0) await nextTurn();
      yield outcome;
    }
  }

  /** Writes a batch, unless an earlier run has written it. */
  async #take(batch: Batch, progress: Progress, survey: Survey): Promise<Progress> {
    this.#unreadable.push(...batch.refused);
    if (batch.outcomesDone <= progress.rowsDone || batch.records.length === 0) return progress;
    return this.#write(async (tx) => {
      const { viewer } = this.#options;
      const target = { tx, source: `import:${this.#title.source}`, known: this.#known, survey, viewer };
      const { changes, refused } = await writeBatch(target, batch.records);
      if (refused[0] && this.#options.onError === 'stop') throw badRow(refused[0]);
      if (!changes.any) return { ...progress, refused: [...progress.refused, ...refused] };
      await this.#log(tx, progress, batch, changes);
      const { outcomesDone: rowsDone } = batch;
      return saveProgress(tx, this.#title, progress, { rowsDone, changes: changes.counts, refused });
    });
  }

  #write<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
    const { binding, tenant, signal } = this.#options;
    return binding.write(tenant, work, { roleClass: 'job', ...(signal && { signal }) });
  }

  /** Records one event per batch with the ids of everything it changed, so that followers of the log miss nothing. */
  #log(tx: TenantTx, { id }: Progress, { records }: Batch, changes: Changes): Promise<void> {
    const { kind, source, fileName } = this.#title;
    const lines = { from: records[0]!.line, to: records.at(-1)!.line };
    return recordEvent(tx, this.#options.viewer ?? null, {
      action: 'import.batchWritten',
      resourceType: 'Import',
      resourceId: id,
      metadata: { kind, source, fileName, lines, counts: changes.counts },
      after: changes.ids,
    });
  }

  async #finish(tx: TenantTx, progress: Progress): Promise<void> {
    const { kind, source, fileName } = this.#title;
    await finishProgress(tx, progress);
    await recordEvent(tx, this.#options.viewer ?? null, {
      action: 'import.finished',
      resourceType: 'Import',
      resourceId: progress.id,
      metadata: { kind, source, fileName, rows: this.#rows, counts: progress.changes },
    });
  }
}

const badRow = ({ line, reason, file }: RefusedRow): AppError =>
  new AppError('BAD_INPUT', `${file === undefined ? '' : `${file} `}line ${line}: ${reason}`, { field: 'file', line });

const interrupted = (rows: number): AppError =>
  new AppError('CANCELLED', `Stopped after ${rows} rows; the same import goes on from there`);
