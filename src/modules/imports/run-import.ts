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
  /** The name of the file for the log, if it differs from that of `file`. */
  fileName?: string;
  mapping: Mapping;
  /** The actor in the event log; absent at the command line. */
  viewer?: Viewer;
  /** Whether to stop at an invalid row, keeping the batches before it, or to skip it. */
  onError: 'stop' | 'skip';
  /** Rows per transaction; 1000 by default. */
  batchSize?: number;
  /** Stops the import between two batches; the next run resumes there. */
  signal?: AbortSignal;
  /** Called after every batch. */
  onProgress?(state: ImportState): void;
}

/** The progress of an import. The files are read twice, so `totalBytes` is twice their size. */
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
  /** Number of rows that an interrupted run had done before. */
  resumedAt: number;
  changes: ChangeCounts;
  /** Invalid rows, in the order of their lines. */
  skipped: RefusedRow[];
}

const defaultBatchSize = 1_000;
/** With more invalid rows than this, the mapping does not fit the file. */
const mostSkipped = 10_000;
/** Rows that are read before other work of the process gets a turn. */
const rowsPerTurn = 100;

/**
 * Imports files into a tenant. Each batch is a transaction that also stores the position at its end. Existing objects
 * are found by reference; those that equal the file stay untouched, so repeating an import changes nothing.
 *
 * @throws BAD_INPUT if files or the mapping cannot be used, if there are no rows, and with `stop` for the first invalid
 *   row; CANCELLED between two batches when the signal aborts; errors of the database. Rerun the same import to resume.
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
    const survey = await Survey.of(this.#withProgress(reader.read(this.#position)));
    const outcomes = survey.resolve(this.#untilInvalid(reader.read(this.#position)));
    for await (const batch of batchesOf(outcomes, batchSize)) {
      this.#requireNotAborted();
      progress = await this.#writeBatch(batch, progress, survey);
      this.#rows = batch.rowsDone;
      this.#requireFewInvalid(progress);
      this.#reportProgress();
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

  #requireNotAborted(): void {
    if (this.#options.signal?.aborted) throw interrupted(this.#rows);
  }

  #requireFewInvalid({ refused }: Progress): void {
    if (this.#unreadable.length + refused.length <= mostSkipped) return;
    throw new AppError('BAD_INPUT', `More than ${mostSkipped} rows are invalid; does the mapping fit this file?`, {
      field: 'map',
    });
  }

  #reportProgress(): void {
    this.#options.onProgress?.({ ...this.#position, totalBytes: 2 * this.#files.totalBytes, rows: this.#rows });
  }

  /** Reports progress while the files are read, gives other work a turn, and stops if the import is interrupted. */
  async *#withProgress(outcomes: AsyncIterable<Outcome>): AsyncGenerator<Outcome> {
    let rows = 0;
    for await (const outcome of outcomes) {
      if (++rows % rowsPerTurn === 0) {
        this.#requireNotAborted();
        this.#reportProgress();
        await nextTurn();
      }
      yield outcome;
    }
  }

  /** With `stop`, throws at an invalid row, before its batch is written. */
  async *#untilInvalid(outcomes: AsyncIterable<Outcome>): AsyncGenerator<Outcome> {
    let rows = 0;
    for await (const outcome of outcomes) {
      if ('reason' in outcome && this.#options.onError === 'stop') throw invalidRow(outcome);
      if (++rows % rowsPerTurn === 0) await nextTurn();
      yield outcome;
    }
  }

  /** Writes a batch, unless an interrupted run has written it before. */
  async #writeBatch(batch: Batch, progress: Progress, survey: Survey): Promise<Progress> {
    this.#unreadable.push(...batch.refused);
    if (batch.outcomesDone <= progress.rowsDone || batch.records.length === 0) return progress;
    return this.#write(async (tx) => {
      const { viewer } = this.#options;
      const target = { tx, source: `import:${this.#title.source}`, known: this.#known, survey, viewer };
      const { changes, refused } = await writeBatch(target, batch.records);
      if (refused[0] && this.#options.onError === 'stop') throw invalidRow(refused[0]);
      if (!changes.any) return { ...progress, refused: [...progress.refused, ...refused] };
      await this.#recordBatch(tx, progress, batch, changes);
      const { outcomesDone: rowsDone } = batch;
      return saveProgress(tx, this.#title, progress, { rowsDone, changes: changes.counts, refused });
    });
  }

  #write<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
    const { binding, tenant, signal } = this.#options;
    return binding.write(tenant, work, { roleClass: 'job', ...(signal && { signal }) });
  }

  /** Records one event for the batch, with the ids of all changed objects for followers of the log. */
  #recordBatch(tx: TenantTx, { id }: Progress, { records }: Batch, changes: Changes): Promise<void> {
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

const invalidRow = ({ line, reason, file }: RefusedRow): AppError =>
  new AppError('BAD_INPUT', `${file === undefined ? '' : `${file} `}line ${line}: ${reason}`, { field: 'file', line });

const interrupted = (rows: number): AppError =>
  new AppError('CANCELLED', `Stopped after ${rows} rows; run the same import again to resume`);
