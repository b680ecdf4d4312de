import { isStaleStatement } from '../../db/pg-errors.ts';
import { Context } from '../context.ts';
import { rootCause } from './mask-error.ts';

interface Answer {
  errors?: readonly unknown[] | undefined;
}

/**
 * Answers a query, or a root field of a mutation; when a table was changed under one of its prepared statements, once more,
 * with statements that are parsed anew. Its transaction was undone as a whole, and nobody was told anything yet, so clients
 * notice nothing. Transactions of the catalog are run again one by one (`Catalog`): of several, the first may be saved.
 */
export async function answeringAfterMigration<T extends Answer>(
  context: Context,
  answer: (context: Context) => Promise<T>,
): Promise<T> {
  const first = await answer(context);
  const stale = first.errors?.some((error) => isStaleStatement(rootCause(error)));
  return stale ? await answer(new Context(context.scope, context.access, true)) : first;
}
