import { Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Held, Sent } from '../db/sent.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantTx } from './binding.ts';

/** How a parameter is read from what a run brings. */
export type Reader<Given> = (given: Given) => unknown;

const dialect = new PgDialect();

/** Changes of rows come in as many forms as there are choices of columns. */
const mostJoined = 1_000;

/** A value that each run brings, by its name. It is sent as it is: `toDriver` makes a column's value of it. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/**
 * A statement of use cases that is written once and run many times: drizzle's expressions become a text with
 * parameters when it is made, not when it is run.
 */
export class Statement<Given extends object> {
  readonly text: string;
  readonly #readers: readonly Reader<Given>[];
  /** Its text joined with that of changes, by theirs. */
  readonly #joined = new Map<string, string>();

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

  /** The same, but it is held until anything else is sent: see `TenantTx.hold`. */
  hold(tx: TenantTx, values: Given, sent: Sent = {}): void {
    tx.hold({ text: this.text, parameters: this.#parameters(values), sent });
  }

  /** Sends it in one statement with the change that is held, if one is: they are kept together or not at all. */
  sendWithHeld(tx: TenantTx, values: Given, sent: Sent): void {
    const held = tx.takeHeld();
    const parameters = this.#parameters(values);
    if (held) tx.send(this.#after(held), [...held.parameters, ...parameters], { ...held.sent, ...sent });
    else tx.send(this.text, parameters, sent);
  }

  #after({ text, parameters }: Held): string {
    const known = this.#joined.get(text);
    if (known !== undefined) return known;
    const made = joined(text, this.text, parameters.length);
    if (this.#joined.size >= mostJoined) this.#joined.clear();
    this.#joined.set(text, made);
    return made;
  }

  #parameters(values: Given): unknown[] {
    return this.#readers.map((read) => read(values));
  }
}

/** Two statements as one, the first without its rows; the parameters of the second come after those of the first. */
const joined = (first: string, second: string, shift: number): string =>
  `with change as (${first}) ${second.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + shift}`)}`;

/** The reader of a placeholder; all other parameters are the same in each run. */
export function byName<Given extends object>(parameter: unknown): Reader<Given> {
  if (!(parameter instanceof Placeholder)) return () => parameter;
  const name = parameter.name as keyof Given;
  return (values) => values[name];
}
