import { type ExecutionArgs, type ExecutionResult, execute, getOperationAST } from 'graphql';
import { Declined, type Reason } from '../../access/decline.ts';
import { type ByteRow, readByCursor } from '../../db/read-by-cursor.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { Context, type GraphRequest } from '../context.ts';
import { executeOperation } from '../execute/execute-operation.ts';
import type { OperationArgs } from '../limits/check-operation.ts';
import { checkExecuted } from '../limits/cost.ts';
import { type CompiledExport, compileExport } from './compile-export.ts';
import { CursorHold } from './cursor-hold.ts';
import type { ExportFormat } from './export-formats.ts';

export interface ExportOptions {
  format: ExportFormat;
  /** The most rows to export; absent for all. */
  limit?: number | undefined;
  /** The most time that the snapshot may stay open, in milliseconds. */
  mostMs: number;
}

/** Rows that are being read. The transaction ends with the iteration of `texts`, or by `end`. */
export interface OpenedExport {
  name: string;
  /** The file, in parts. */
  texts: AsyncGenerator<Buffer>;
  /** How many rows were read so far. */
  rowCount(): number;
  /** With a limit: the cursor of the last row, with which an export continues; undefined if there is no row. */
  lastCursor(): string | undefined;
  /** Stops a running statement. Resolves when the connection was given back, whether or not all rows were read. */
  end(): Promise<void>;
}

/**
 * Begins to read the rows of a query's only root field in one snapshot, with the limits of the role class `export`. The
 * first batch is read before this resolves, so refusals and errors of the statement come before any row. Throws
 * BAD_INPUT for a document that cannot be exported; otherwise the error that the graph would answer with.
 */
export async function openExport(
  args: OperationArgs,
  request: GraphRequest,
  options: ExportOptions,
): Promise<OpenedExport> {
  const compiled = await compile(args, options, new Context(request));
  const { signal, after, answer, binding } = request;
  const ending = new AbortController();
  const hold = new CursorHold({ charge: answer.charge?.hold });
  const session = binding.open(request.tenant!, 'read', {
    roleClass: 'export',
    signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
    onHold: hold.onHold,
    after,
    fresh: true,
  });
  const source = readByCursor(hold.over(session), compiled.text, compiled.parameters, options.limit);
  const end = async () => {
    if (hold.isRunning) ending.abort();
    await session.rollback();
    await hold.released();
  };
  const reading = new Reading(compiled, source, options, end);
  await reading.begin();
  return {
    name: compiled.name,
    texts: reading.texts(options.format.head(compiled.columns)),
    rowCount: () => reading.rows,
    lastCursor: () => reading.lastCursor,
    end,
  };
}

/** The rows of one export. */
class Reading {
  rows = 0;
  readonly #compiled: CompiledExport;
  readonly #source: AsyncGenerator<readonly ByteRow[]>;
  readonly #isLimited: boolean;
  readonly #end: () => Promise<void>;
  readonly #until: number;
  #first: Buffer | undefined;
  #last: ByteRow | undefined;

  constructor(
    compiled: CompiledExport,
    source: AsyncGenerator<readonly ByteRow[]>,
    { limit, mostMs }: ExportOptions,
    end: () => Promise<void>,
  ) {
    this.#compiled = compiled;
    this.#source = source;
    this.#isLimited = limit !== undefined;
    this.#end = end;
    this.#until = performance.now() + mostMs;
  }

  get lastCursor(): string | undefined {
    return this.#isLimited && this.#last ? this.#compiled.cursorOf(this.#last) : undefined;
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

  async *texts(head: string): AsyncGenerator<Buffer> {
    try {
      if (head) yield Buffer.from(head);
      for (let batch = this.#first; batch; batch = await this.#read()) {
        this.#first = undefined;
        yield batch;
      }
    } finally {
      await this.#end();
    }
  }

  async #read(): Promise<Buffer | undefined> {
    if (performance.now() > this.#until) throw new AppError('TIMEOUT', 'The export took longer than ten minutes');
    const { value: rows, done } = await this.#source.next();
    if (done) return undefined;
    this.#last = rows.at(-1);
    this.rows += rows.length;
    if (this.rows > this.#compiled.mostRows) throw tooManyGroups(this.#compiled.mostRows);
    return this.#write(rows);
  }

  #write(rows: readonly ByteRow[]): Buffer {
    try {
      return this.#compiled.write(rows);
    } catch (error) {
      throw error instanceof Declined ? notExportable(error.reason) : error;
    }
  }
}

const tooManyGroups = (most: number): AppError =>
  new AppError('TOO_COMPLEX', `An export has at most ${most} groups: filter them, or group by less`);

const notExportable = ({ field, why }: Reason): AppError =>
  badInput(`This document cannot be exported: ${field ? `${field} ${why}` : why}`, 'query');

/** Throws the errors with which the executor answers the document, if that is why it cannot be compiled. */
async function compile(args: OperationArgs, options: ExportOptions, context: Context): Promise<CompiledExport> {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  if (!operation) throw badInput('Names no operation of the document', 'operationName');
  if (operation.operation !== 'query') throw badInput('Only queries can be exported', 'query');
  // The code of fields runs for each row, while the export reads: it must not open another session
  const { request } = context;
  const inMemory = new Context({ ...request, binding: withoutDatabase });
  try {
    const { format, limit } = options;
    const asked = { variableValues: variableValues ?? {}, format, withCursors: limit !== undefined };
    return compileExport(schema, document, operation, asked, inMemory);
  } catch (error) {
    const executed = { ...args, contextValue: context };
    checkExecuted(executed, request.limits, 'an export needs one statement');
    const run = (given: ExecutionArgs) => execute(given) as ExecutionResult | Promise<ExecutionResult>;
    const { errors } = await executeOperation(executed, run);
    if (errors?.[0]) throw errors[0];
    throw error instanceof Declined ? notExportable(error.reason) : error;
  }
}

const withoutDatabase = {
  open: (): never => {
    throw new Declined('has code that reads the database');
  },
} as unknown as GraphRequest['binding'];
