import { isStaleStatement } from './pg-errors.ts';

/**
 * Runs a transaction. If a prepared statement turned out stale because DDL changed its table, runs the transaction once
 * more with statements that are parsed again. The failure has undone the first run, and the second cannot fail the same
 * way: from parsing to the end of the transaction the statement's tables are locked.
 */
export async function afterMigration<T>(run: (fresh: boolean) => Promise<T>): Promise<T> {
  try {
    return await run(false);
  } catch (error) {
    if (!isStaleStatement(error)) throw error;
    return await run(true);
  }
}
