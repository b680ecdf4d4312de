import { Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { AnswerHandlers, BoundStatement } from '../db/pipelined-statements.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantDb, TenantTx } from '../tenancy/tenant-session.ts';

/** Reads a parameter from the values of a run. */
export type Reader<Given> = (given: Given) => unknown;

const dialect = new PgDialect();

/** Statements that become part of another one. */
export interface Joined {
  check?: BoundStatement | undefined;
  write?: BoundStatement | undefined;
}

/** The number of joined texts kept: there is one for each set of columns. */
const mostJoined = 1_000;

/** A named placeholder. Its value is sent unchanged: convert values of columns with `toDriver`. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/**
 * A statement that is compiled once and run many times: drizzle's expressions become text and parameters when it is
 * made, not when it runs.
 */
export class Statement<Given extends object> {
  readonly text: string;
  readonly #readers: readonly Reader<Given>[];
  /** The texts of `sendWith`, by the texts of the check and the write. */
  readonly #joined = new Map<string, string>();

  constructor(query: SQL, readerOf: (parameter: unknown) => Reader<Given> = byName) {
    const { sql: text, params } = dialect.sqlToQuery(query);
    this.text = text;
    this.#readers = params.map(readerOf);
  }

  /** Returns the rows as arrays of the driver's values: see `readerOfColumn`. */
  run(tx: TenantDb, values: Given): Promise<Answer> {
    return tx.run(this.text, this.#parameters(values));
  }

  /** Sends it without waiting for its answer: see `TenantTx.send`. */
  send(tx: TenantTx, values: Given, handlers?: AnswerHandlers): void {
    tx.send(this.bind(values, handlers));
  }

  /** The statement with its values, to be sent later or as part of another statement: see `sendWith`. */
  bind(values: Given, handlers: AnswerHandlers = {}): BoundStatement {
    return { text: this.text, parameters: this.#parameters(values), handlers };
  }

  /**
   * Sends it as one statement together with a check, which returns one value, and a write. It must be an `INSERT ...
   * RETURNING`: the check is appended to the RETURNING list, so it runs after its insert. The write is a CTE that
   * nothing refers to, so PostgreSQL runs it last: a failed check is reported before an error of the write.
   */
  sendWith(tx: TenantTx, values: Given, { check, write }: Joined, handlers: AnswerHandlers): void {
    const others = [check, write].filter((each) => each !== undefined);
    const parameters = [...others.flatMap((each) => each.parameters), ...this.#parameters(values)];
    const all = [...others.map((each) => each.handlers), handlers];
    const translateError = (error: unknown): unknown =>
      all.reduce((meant, each) => each.translateError?.(meant) ?? meant, error);
    tx.send({ text: this.#joinedWith(check, write), parameters, handlers: { ...handlers, translateError } });
  }

  #joinedWith(check: BoundStatement | undefined, write: BoundStatement | undefined): string {
    if (!check && !write) return this.text;
    const key = `${check?.text}; ${write?.text}`;
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const made = joined(check, write, this.text);
    if (this.#joined.size >= mostJoined) this.#joined.clear();
    this.#joined.set(key, made);
    return made;
  }

  #parameters(values: Given): unknown[] {
    return this.#readers.map((read) => read(values));
  }
}

/**
 * One statement that returns the columns of `last` and the result of the check. Its parameters: the check's, the
 * write's, the last's.
 */
function joined(check: BoundStatement | undefined, write: BoundStatement | undefined, last: string): string {
  const checkParameters = check?.parameters.length ?? 0;
  const before = checkParameters + (write?.parameters.length ?? 0);
  const cte = write ? `with change as (${shifted(write.text, checkParameters)}) ` : '';
  return cte + shifted(last, before) + (check ? `, (${check.text})` : '');
}

const shifted = (text: string, by: number): string =>
  text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + by}`);

/** Reads a placeholder by its name; other parameters are constant. */
export function byName<Given extends object>(parameter: unknown): Reader<Given> {
  if (!(parameter instanceof Placeholder)) return () => parameter;
  const name = parameter.name as keyof Given;
  return (values) => values[name];
}
