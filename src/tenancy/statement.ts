import { Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Sent } from '../db/sent.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantTx } from './binding.ts';

/** How a parameter is read from what a run brings. */
export type Reader<Given> = (given: Given) => unknown;

const dialect = new PgDialect();

/** A value that each run brings, by its name. It is sent as it is: `toDriver` makes a column's value of it. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/**
 * A statement of use cases that is written once and run many times: drizzle's expressions become a text with
 * parameters when it is made, not when it is run.
 */
export class Statement<Given extends object> {
  readonly text: string;
  readonly #readers: readonly Reader<Given>[];

  constructor(query: SQL, readerOf: (parameter: unknown) => Reader<Given> = byName) {
    const { sql: text, params } = dialect.sqlToQuery(query);
    this.text = text;
    this.#readers = params.map(readerOf);
  }

  /** Gives the rows as arrays of what the driver reads: see `fromDriver`. */
  run(tx: TenantTx, values: Given): Promise<Answer> {
    return tx.run(this.text, this.#parameters(values));
  }

  /** Sends it without waiting: see `TenantTx.send`. */
  send(tx: TenantTx, values: Given, sent?: Sent): void {
    tx.send(this.text, this.#parameters(values), sent);
  }

  #parameters(values: Given): unknown[] {
    return this.#readers.map((read) => read(values));
  }
}

/** The reader of a placeholder; all other parameters are the same in each run. */
export function byName<Given extends object>(parameter: unknown): Reader<Given> {
  if (!(parameter instanceof Placeholder)) return () => parameter;
  const name = parameter.name as keyof Given;
  return (values) => values[name];
}
