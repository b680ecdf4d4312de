import { statementBytes } from './backend-memory.ts';
import { quoteIdentifier } from './identifier.ts';
import type { Statement } from './statement-query.ts';

/** One statement that a connection has prepared for one key. */
export interface Prepared extends Statement {
  readonly key: string;
  readonly id: string;
  readonly bytes: number;
}

/** Longer texts, such as inserts of many rows, rarely recur. In characters. */
const longest = 20_000;

/** A unique name that tells the statement's key in the server's logs and views. */
const statementName = (n: number, key: string): string => (/^\w{1,48}$/.test(key) ? `${n} ${key}` : String(n));

/**
 * The statements that one connection has prepared: one for each key and text, so that a connection that changes keys
 * does not plan again. The least recently used ones are closed when all together take too much memory.
 */
export class PreparedStatements {
  /** By key, then by text. */
  readonly #byKey = new Map<string, Map<string, Prepared>>();
  /** Least recently used first. */
  readonly #inOrder = new Set<Prepared>();
  /** Forgotten here, not closed on the server yet. */
  #leaving: Prepared[] = [];
  #bytes = 0;
  #last = 0;

  get count(): number {
    return this.#inOrder.size;
  }

  /** Estimated memory on the server. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The statement for a text, and whether the server has it already. */
  find(key: string, string: string, types: number[]): { statement: Prepared; parsed: boolean } {
    const id = types.some(Boolean) ? `${string}\0${types}` : string;
    const known = this.#byKey.get(key)?.get(id);
    if (known) {
      this.#inOrder.delete(known);
      this.#inOrder.add(known);
      return { statement: known, parsed: true };
    }
    const name = string.length > longest ? '' : statementName(++this.#last, key);
    const statement = { name, key, id, string, types, bytes: statementBytes(string) };
    if (name) this.#keep(statement);
    return { statement, parsed: false };
  }

  /**
   * Removes a statement that the server rejected, or that may be unusable for good. It is parsed again the next time.
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
   * Forgets the least recently used statements until the others take at most `mostBytes`. Returns the SQL that closes
   * all forgotten ones, to be sent while nothing is running; undefined if there is nothing to close.
   */
  trim(mostBytes: number): { closed: number; sql: string } | undefined {
    for (const oldest of this.#inOrder) {
      if (this.#bytes <= mostBytes) break;
      this.forget(oldest);
    }
    // A statement that the server rejected was never prepared
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
