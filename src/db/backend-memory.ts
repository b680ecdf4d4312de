/*
 * What the server's side of a connection takes, estimated from what was sent: a login may not ask the server for it.
 * Measured on PostgreSQL 18 with the schema and the queries of the benchmark; `npm run bench -- --scenario memory` shows
 * estimates beside what the processes hold.
 */

/** A connection that has done nothing yet. */
export const freshBytes = 3 * 1024 * 1024;

/** A prepared statement: its tree before and after rewriting, and its plan, all of which grow with its text. */
export const statementBytes = (text: string): number => 10 * 1024 + 85 * text.length;

/** What the server remembers of one key's tables and indexes. It grows with the tables touched, so with the statements. */
const tablesToStatements = 2;
const tablesAtMost = 640 * 1024;

/** The same, when statements of so many bytes were prepared for the key. The server never forgets any of it. */
export const tablesBytes = (statements: number): number => Math.min(tablesToStatements * statements, tablesAtMost);
