import { statementBytes } from './backend-memory.ts';
import { quoteIdentifier } from './identifier.ts';
import type { Statement } from './statement-query.ts';

/** One statement that a connection has prepared for one key. */
export interface Prepared extends Statement {
  readonly key: string;
  readonly id: string;
  readonly bytes: number;
}

/** Longer texts, such as inserts of many rows, are hardly sent twice alike. */
const longest = 20_000;

/** Unique, and says in the server's log and views whose statement it is. */
const nameOf = (n: number, key: string): string => (/^\w{1,48}$/.test(key) ? `${n} ${key}` : String(n));

/**
 * What one connection has prepared: a statement for each key and text, so that a connection which changes keys plans
 * nothing anew. Those that were not used for the longest are closed when all together take too much.
 */
export class PreparedStatements {
  /** By key, then by text. */
  readonly #byKey = new Map<string, Map<string, Prepared>>();
  /** Least recently used first. */
  readonly #inOrder = new Set<Prepared>();
  /** Forgotten here and not closed yet. */
  #leaving: Prepared[] = [];
  #bytes = 0;
  #last = 0;

  get count(): number {
    return this.#inOrder.size;
  }

  /** Estimated; of the server's memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The statement to run a text by, and whether the server has it already. */
  find(key: string, string: string, types: number[]): { statement: Prepared; parsed: boolean } {
    const id = types.some(Boolean) ? `${string}\0${types}` : string;
    const known = this.#byKey.get(key)?.get(id);
    if (known) {
      this.#inOrder.delete(known);
      this.#inOrder.add(known);
      return { statement: known, parsed: true };
    }
    const name = string.length > longest ? '' : nameOf(++this.#last, key);
    const statement = { name, key, id, string, types, bytes: statementBytes(string) };
    if (name) this.#keep(statement);
    return { statement, parsed: false };
  }

  /**
   * Takes out a statement that the server did not understand, or that can perhaps never run again. It is parsed anew the
   * next time.
   */
  forget(statement: Prepared): void {
    if (!this.#inOrder.delete(statement)) return;
    this.#bytes -= statement.bytes;
    const ofKey = this.#byKey.get(statement.key)!;
    ofKey.delete(statement.id);
    if (ofKey.size === 0) this.#byKey.delete(statement.key);
    this.#leaving.push(statement);
  }

  /**
   * Forgets the oldest until the others take no more than so many bytes. Gives the SQL that closes all that were
   * forgotten, for when nothing is under way; undefined when there is nothing to close.
   */
  trim(mostBytes: number): { closed: number; sql: string } | undefined {
    for (const oldest of this.#inOrder) {
      if (this.#bytes <= mostBytes) break;
      this.forget(oldest);
    }
    // One that the server did not understand was never there
    const names = this.#leaving.splice(0).flatMap(({ columns, name }) => (columns ? [quoteIdentifier(name)] : []));
    if (names.length === 0) return undefined;
    return { closed: names.length, sql: names.map((name) => `deallocate ${name}`).join('; ') };
  }

  #keep(statement: Prepared): void {
    const ofKey = this.#byKey.get(statement.key);
    if (ofKey) ofKey.set(statement.id, statement);
    else this.#byKey.set(statement.key, new Map([[statement.id, statement]]));
    this.#inOrder.add(statement);
    this.#bytes += statement.bytes;
  }
}
