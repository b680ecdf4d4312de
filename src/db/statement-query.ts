import type { Row } from 'postgres';

/** A statement as postgres.js represents it. */
export interface Statement {
  /** Its name on the server; empty for the unnamed statement, which the next one replaces. */
  readonly name: string;
  readonly string: string;
  /** Oids of the parameters; 0 lets the server decide. */
  readonly types: number[];
  /** The columns of its rows; absent until the server has parsed the statement. */
  readonly columns?: readonly object[];
}

/**
 * Makes a query of postgres.js run a statement of ours: parsed now under its name, or parsed before.
 *
 * postgres.js names statements by their text alone and never closes one; here each tenant has statements of its own,
 * and the oldest are closed. postgres.js also asks for the types of a new statement's parameters before it sends them,
 * one more round trip; ours are already text (`codecs.ts`). So the decisions that it makes while building the message
 * (`build` in its `connection.js`) are fixed here, by properties that it cannot set. `test/db/statements.test.ts`
 * checks what an update of postgres.js must preserve.
 */
export function runStatement(query: PromiseLike<Row[]>, statement: Statement, parsed: boolean): void {
  void Object.defineProperties(query, {
    statement: always(statement),
    prepare: yes,
    prepared: parsed ? yes : no,
    describeFirst: no,
    // All under one key that is never looked up
    signature: none,
  });
}

const ignore = (): void => {};
const always = (value: unknown): PropertyDescriptor => ({ get: () => value, set: ignore });
const [yes, no, none] = [always(true), always(false), always('')];
