import { Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Held, Sent } from '../db/sent.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantTx } from '../tenancy/binding.ts';

/** Reads a parameter from the values of a run. */
export type Reader<Given> = (given: Given) => unknown;

const dialect = new PgDialect();

/** The number of joined texts kept: there is one for each set of columns. */
const mostJoined = 1_000;

/** A named placeholder. Its value is sent unchanged: convert values of columns with `toDriver`. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/**
 * A statement that is compiled once and run many times: drizzle's expressions become text and parameters when it is made, not
 * when it runs.
 */
export class Statement<Given extends object> {
  readonly text: string;
  readonly #readers: readonly Reader<Given>[];
  /** The texts joined with held statements, by the texts of those. */
  readonly #joined = new Map<string, string>();

  constructor(query: SQL, readerOf: (parameter: unknown) => Reader<Given> = byName) {
    const { sql: text, params } = dialect.sqlToQuery(query);
    this.text = text;
    this.#readers = params.map(readerOf);
  }

  /** Returns the rows as arrays of the driver's values: see `readerOfColumn`. */
  run(tx: TenantTx, values: Given): Promise<Answer> {
    return tx.run(this.text, this.#parameters(values));
  }

  /** Sends it without waiting: see `TenantTx.send`. */
  send(tx: TenantTx, values: Given, sent?: Sent): void {
    tx.send(this.text, this.#parameters(values), sent);
  }

  /** Holds it back until another statement is sent: see `TenantTx.hold`. */
  hold(tx: TenantTx, values: Given, sent: Sent = {}): void {
    tx.hold({ text: this.text, parameters: this.#parameters(values), sent });
  }

  /** The same, for a statement that only checks something and returns one value. */
  holdCheck(tx: TenantTx, values: Given, sent: Sent): void {
    tx.hold({ text: this.text, parameters: this.#parameters(values), sent, checks: true });
  }

  /**
   * Sends it as one statement together with the held ones. It must be an `INSERT ... RETURNING`: the checks are appended to
   * the RETURNING list, so they run after its insert. The held change is a CTE that nothing refers to, so PostgreSQL runs it
   * last: a failed check is reported before an error of the change.
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

/** Joins statements into one, which returns the columns of the last one and the results of the checks; parameters in order. */
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

/** Reads a placeholder by its name; other parameters are constant. */
export function byName<Given extends object>(parameter: unknown): Reader<Given> {
  if (!(parameter instanceof Placeholder)) return () => parameter;
  const name = parameter.name as keyof Given;
  return (values) => values[name];
}
