import type { Row } from 'postgres';

/** A statement as postgres.js keeps it. */
export interface Statement {
  /** By which the server keeps it; empty for the one that the next unnamed one replaces. */
  readonly name: string;
  readonly string: string;
  /** Oids of the parameters, 0 where the server decides. */
  readonly types: number[];
  /** Of the rows; absent until the server has understood the statement. */
  readonly columns?: readonly object[];
}

/**
 * Makes a query of postgres.js run a statement of ours: parsed now under its name, or parsed before.
 *
 * postgres.js names statements itself, by their text alone, and forgets none as long as the connection lives; here each
 * tenant has statements of its own, and the oldest are closed. It also asks what a new statement's parameters are before
 * it sends them, one more round trip; they are text already (`codecs.ts`). So what it would decide while it builds the
 * message (`build` in its `connection.js`) is decided here, by properties that it cannot set. `test/db/statements.test.ts`
 * says what must hold when it is updated.
 */
export function runStatement(query: PromiseLike<Row[]>, statement: Statement, parsed: boolean): void {
  void Object.defineProperties(query, {
    statement: always(statement),
    prepare: yes,
    prepared: parsed ? yes : no,
    describeFirst: no,
    // All under one key, where nothing is ever looked up
    signature: none,
  });
}

const ignore = (): void => {};
const always = (value: unknown): PropertyDescriptor => ({ get: () => value, set: ignore });
const [yes, no, none] = [always(true), always(false), always('')];
