/*
 * Estimates of the memory that a connection's backend uses, computed from what was sent: a login may not ask the
 * server. Measured on PostgreSQL 18 with the schema and the queries of the benchmark; `npm run bench -- --scenario
 * memory` prints the estimates next to the processes' real sizes.
 */

/** A connection that has run nothing yet. */
export const freshBytes = 3 * 1024 * 1024;

/** A prepared statement: its tree before and after rewriting, and its query plan. All of them grow with the text. */
export const statementBytes = (text: string): number => 10 * 1024 + 85 * text.length;

/** Cached definitions of one key's tables and indexes. They grow with the tables used, hence with the statements. */
const tablesToStatements = 2;
const tablesAtMost = 640 * 1024;

/** The same for `statements` bytes of statements prepared for the key. The backend never frees this memory. */
export const tablesBytes = (statements: number): number => Math.min(tablesToStatements * statements, tablesAtMost);
