/*
 * Estimates of the memory that a connection's backend uses, computed from the statements sent to it, because ordinary
 * logins may not ask the server. Measured on PostgreSQL 18 with the schema and the queries of the benchmark; `npm run
 * bench -- --scenario memory` prints the estimates next to the processes' real sizes.
 */

/** A connection that has run nothing yet. */
export const freshBytes = 3 * 1024 * 1024;

/** A prepared statement: its tree before and after rewriting, and its query plan. All of them grow with the text. */
export const statementBytes = (text: string): number => 10 * 1024 + 85 * text.length;

/** A backend caches the definitions of the tables that statements use: about this much for each byte of statements. */
const tableBytesPerStatementByte = 2;
const mostTablesBytes = 640 * 1024;

/**
 * Cached definitions of one key's tables, estimated from the memory of its statements. The backend never frees them.
 */
export const tablesBytes = (statementsBytes: number): number =>
  Math.min(tableBytesPerStatementByte * statementsBytes, mostTablesBytes);
