import { type Attempt, attemptAfter, firstAttempt } from '../../db/retry-transaction.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { Context } from '../context.ts';
import { rootCause } from './mask-error.ts';

interface Answer {
  errors?: readonly unknown[] | undefined;
}

type AfterMove = (error: unknown) => Promise<Tenant | undefined>;

/**
 * Answers a query, and answers it again if a migration made a statement stale. Nothing was sent before, so clients
 * notice nothing. For changes of the catalog, `Catalog` retries each transaction on its own, since an earlier one of
 * the same change may be committed.
 */
export const retryQuery = <T extends Answer>(context: Context, answer: (context: Context) => Promise<T>): Promise<T> =>
  retryAnswer(context, answer);

/** The same for a root field of a mutation. If its organization is being moved, answers again at the new place. */
export function retryChange<T extends Answer>(context: Context, answer: (context: Context) => Promise<T>): Promise<T> {
  const { tenant, binding, signal } = context.request;
  return retryAnswer(context, answer, async (error) => tenant && (await binding.afterMove(tenant, error, signal)));
}

async function retryAnswer<T extends Answer>(
  first: Context,
  answer: (context: Context) => Promise<T>,
  afterMove?: AfterMove,
): Promise<T> {
  let context = first;
  for (let how: Attempt<Tenant> = firstAttempt; ; ) {
    const result = await answer(context);
    if (!result.errors) return result;
    const next = await attemptAfter(result.errors.map(rootCause), how, afterMove);
    if (!next) return result;
    how = next;
    const request = next.moved ? { ...first.request, tenant: next.moved } : first.request;
    context = new Context(request, first.access, next.fresh);
  }
}
