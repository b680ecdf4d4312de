import { Context } from '../context.ts';
import { rootCause } from './mask-error.ts';

interface Answer {
  errors?: readonly unknown[] | undefined;
}

/**
 * Answers a root field of a mutation; when that failed because its organization is just being moved, once more at the new
 * place, when the move is over: its transaction was undone as a whole, and nobody was told anything yet. So clients notice a
 * pause at most.
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
