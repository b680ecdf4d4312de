import { Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Held, Sent } from '../db/sent.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantTx } from '../tenancy/binding.ts';

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

  /** The same for a statement that only checks something, and gives one value. */
  holdCheck(tx: TenantTx, values: Given, sent: Sent): void {
    tx.hold({ text: this.text, parameters: this.#parameters(values), sent, checks: true });
  }

  /**
   * Sends it in one statement with what is held: all of it is done or nothing. It has to insert and to end with what it
   * returns: what the checks give comes behind that, so they are made when its row is there. The change, which nothing refers
   * to, is made last, and a refused check is told rather than what the change would fail of.
   */
  sendWithHeld(tx: TenantTx, values: Given, sent: Sent): void {
    const held = tx.takeHeld();
    const parameters = [...held.flatMap((each) => each.parameters), ...this.#parameters(values)];
    const all = [...held.map((each) => each.sent), sent];
    const refused = (error: unknown): unknown => all.reduce((meant, each) => each.refused?.(meant) ?? meant, error);
    tx.send(this.#with(held), parameters, { ...sent, refused });
  }

  #with(held: readonly Held[]): string {
    if (!held.length) return this.text;
    const key = held.map(({ text }) => text).join('; ');
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const made = joined(held, this.text);
    if (this.#joined.size >= mostJoined) this.#joined.clear();
    this.#joined.set(key, made);
    return made;
  }

  #parameters(values: Given): unknown[] {
    return this.#readers.map((read) => read(values));
  }
}

/** Statements as one, which gives what the last returns, and what the checks give; parameters in the order of the statements. */
function joined(held: readonly Held[], last: string): string {
  let before = 0;
  const [changes, checks]: [string[], string[]] = [[], []];
  for (const { text, parameters, checks: isCheck } of held) {
    (isCheck ? checks : changes).push(`(${shifted(text, before)})`);
    before += parameters.length;
  }
  if (changes.length > 1) throw new Error('Only one change is held at a time');
  const first = changes.length ? `with change as ${changes[0]} ` : '';
  return first + [shifted(last, before), ...checks].join(', ');
}

const shifted = (text: string, by: number): string =>
  text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + by}`);

/** The reader of a placeholder; all other parameters are the same in each run. */
export function byName<Given extends object>(parameter: unknown): Reader<Given> {
  if (!(parameter instanceof Placeholder)) return () => parameter;
  const name = parameter.name as keyof Given;
  return (values) => values[name];
}
