import { type ExecutionArgs, type ExecutionResult, execute, getOperationAST } from 'graphql';
import { Declined, type Reason } from '../../access/decline.ts';
import { type ByteRow, readByCursor } from '../../db/read-by-cursor.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { Context, type GraphRequest } from '../context.ts';
import { executeOperation } from '../execute/execute-operation.ts';
import type { OperationArgs } from '../limits/check-operation.ts';
import { type CompiledExport, compileExport } from './compile-export.ts';
import type { ExportColumn } from './export-columns.ts';

export interface ExportOptions {
  /** The most rows to export; absent for all. */
  limit?: number | undefined;
  /** The most time that the snapshot may stay open, in milliseconds. */
  mostMs: number;
}

/** Rows that are being read. The transaction ends with the iteration of `batches`, or by `end`. */
export interface OpenedExport {
  name: string;
  columns: readonly ExportColumn[];
  /** The rows, as cells in the order of the columns. */
  batches: AsyncGenerator<readonly (readonly unknown[])[]>;
  /** How many rows were read so far. */
  rows(): number;
  /** With a limit: the cursor of the last row, with which an export continues; undefined if there is no row. */
  after(): string | undefined;
  /** Gives back the connection, whether or not all rows were read. */
  end(): Promise<void>;
}

/**
 * Begins to read the rows of a query's only root field in one snapshot, as an analyst. The first batch is read before
 * this resolves, so refusals and errors of the statement come before any row. Throws BAD_INPUT for a document that
 * cannot be exported, and otherwise what the document would answer with.
 */
export async function openExport(
  args: OperationArgs,
  request: GraphRequest,
  options: ExportOptions,
): Promise<OpenedExport> {
  const compiled = await compile(args, options.limit !== undefined, new Context(request));
  const { signal, after, answer, binding } = request;
  const session = binding.open(request.tenant!, 'read', {
    roleClass: 'export',
    ...(signal && { signal }),
    onHold: answer.charge?.hold,
    after,
    fresh: true,
  });
  const source = readByCursor(session, compiled.text, compiled.parameters);
  const end = () => session.rollback();
  const reading = new Reading(compiled, source, options, end);
  await reading.begin();
  return {
    name: compiled.name,
    columns: compiled.columns,
    batches: reading.batches(),
    rows: () => reading.rows,
    after: () => reading.after,
    end,
  };
}

/** The rows of one export. */
class Reading {
  rows = 0;
  readonly #compiled: CompiledExport;
  readonly #source: AsyncGenerator<readonly ByteRow[]>;
  readonly #limit: number;
  readonly #end: () => Promise<void>;
  readonly #until: number;
  #first: unknown[][] | undefined;
  #last: ByteRow | undefined;

  constructor(
    compiled: CompiledExport,
    source: AsyncGenerator<readonly ByteRow[]>,
    { limit = Number.POSITIVE_INFINITY, mostMs }: ExportOptions,
    end: () => Promise<void>,
  ) {
    this.#compiled = compiled;
    this.#source = source;
    this.#limit = limit;
    this.#end = end;
    this.#until = performance.now() + mostMs;
  }

  get after(): string | undefined {
    const isLimited = this.#limit < Number.POSITIVE_INFINITY;
    return isLimited && this.#last ? this.#compiled.cursorOf(this.#last) : undefined;
  }

  /** Reads the first batch. */
  async begin(): Promise<void> {
    try {
      this.#first = await this.#read();
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async *batches(): AsyncGenerator<unknown[][]> {
    try {
      for (let batch = this.#first; batch; batch = await this.#read()) {
        this.#first = undefined;
        yield batch;
      }
    } finally {
      await this.#end();
    }
  }

  async #read(): Promise<unknown[][] | undefined> {
    if (this.rows >= this.#limit) return undefined;
    if (performance.now() > this.#until) throw new AppError('TIMEOUT', 'The export took too long: continue after it');
    const { value, done } = await this.#source.next();
    if (done) return undefined;
    const rows = value.slice(0, this.#limit - this.rows);
    this.#last = rows.at(-1);
    this.rows += rows.length;
    return rows.map((row) => this.#cells(row));
  }

  #cells(row: ByteRow): unknown[] {
    try {
      return this.#compiled.cells(row);
    } catch (error) {
      throw error instanceof Declined ? notExportable(error.reason) : error;
    }
  }
}

const notExportable = ({ field, why }: Reason): AppError =>
  badInput(`This document cannot be exported: ${field ? `${field} ${why}` : why}`, 'query');

/** Throws the errors with which the executor answers the document, if that is why it cannot be compiled. */
async function compile(args: OperationArgs, withCursors: boolean, context: Context): Promise<CompiledExport> {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  if (!operation) throw badInput('Names no operation of the document', 'operationName');
  if (operation.operation !== 'query') throw badInput('Only queries can be exported', 'query');
  try {
    return compileExport(schema, document, operation, { variableValues: variableValues ?? {}, withCursors }, context);
  } catch (error) {
    const run = (given: ExecutionArgs) => execute(given) as ExecutionResult | Promise<ExecutionResult>;
    const { errors } = await executeOperation({ ...args, contextValue: context }, run);
    if (errors?.[0]) throw errors[0];
    throw notExportable(error instanceof Declined ? error.reason : { why: (error as Error).message });
  }
}
