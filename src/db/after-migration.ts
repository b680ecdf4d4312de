import { isStaleStatement } from './pg-errors.ts';

/**
 * Runs a transaction; once more, with statements that are parsed again, when a prepared one met a table that was changed under
 * it. That one undid the transaction, and it cannot happen again: from its parsing to the end, a statement's tables are locked.
 */
export async function afterMigration<T>(run: (fresh: boolean) => Promise<T>): Promise<T> {
  try {
    return await run(false);
  } catch (error) {
    if (!isStaleStatement(error)) throw error;
    return await run(true);
  }
}
