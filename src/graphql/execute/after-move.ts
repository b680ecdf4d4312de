import { Context } from '../context.ts';
import { rootCause } from './mask-error.ts';

interface Answer {
  errors?: readonly unknown[] | undefined;
}

/**
 * Answers a root field of a mutation. If it failed because its organization is being moved, waits for the end of the
 * move and answers once more at the new place: the first transaction was rolled back and nothing was sent, so clients
 * notice only a delay.
 */
export async function answeringAfterMove<T extends Answer>(
  context: Context,
  answer: (context: Context) => Promise<T>,
): Promise<T> {
  const first = await answer(context);
  const { tenant, binding, signal } = context.scope;
  const [error] = first.errors ?? [];
  if (!error || !tenant) return first;
  const moved = await binding.afterMove(tenant, rootCause(error), signal);
  return moved ? await answer(new Context({ ...context.scope, tenant: moved })) : first;
}
