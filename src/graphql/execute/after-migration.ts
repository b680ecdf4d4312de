import { isStaleStatement } from '../../db/pg-errors.ts';
import { Context } from '../context.ts';
import { rootCause } from './mask-error.ts';

interface Answer {
  errors?: readonly unknown[] | undefined;
}

/**
 * Answers a query or a root field of a mutation. If a migration made one of its prepared statements stale, it answers
 * once more with newly parsed statements: the first transaction was rolled back and nothing was sent, so clients notice
 * nothing. `Catalog` retries the transactions of the catalog one by one, since an earlier one of several may be
 * committed.
 */
export async function answeringAfterMigration<T extends Answer>(
  context: Context,
  answer: (context: Context) => Promise<T>,
): Promise<T> {
  const first = await answer(context);
  const stale = first.errors?.some((error) => isStaleStatement(rootCause(error)));
  return stale ? await answer(new Context(context.scope, context.access, true)) : first;
}
