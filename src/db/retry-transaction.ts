import { isStaleStatement } from './pg-errors.ts';

/** How an attempt at a transaction differs from the first one. */
export interface Attempt<Place> {
  /** Whether statements are parsed again. */
  fresh: boolean;
  /** The new place of the data after a move; undefined if it has not moved. */
  moved: Place | undefined;
}

/** Waits for the end of a move and returns the new place; undefined if the error does not come from a move. */
type AfterMove<Place> = (error: unknown) => Promise<Place | undefined>;

export const firstAttempt = { fresh: false, moved: undefined };

/**
 * Decides how to run a failed transaction again; undefined if another run would fail too. There are two reasons for
 * another run:
 *
 * - A migration made a prepared statement stale. The next run parses its statements, which locks their tables until it
 *   ends.
 * - Its data was moved. The next run goes to the new place; there, too, a statement may be stale.
 *
 * The failure has undone the transaction, so callers notice only a delay.
 */
export async function attemptAfter<Place>(
  errors: readonly unknown[],
  last: Attempt<Place>,
  afterMove?: AfterMove<Place>,
): Promise<Attempt<Place> | undefined> {
  if (!last.fresh && errors.some(isStaleStatement)) return { ...last, fresh: true };
  if (errors.length === 0 || last.moved !== undefined) return undefined;
  const moved = await afterMove?.(errors[0]);
  return moved === undefined ? undefined : { fresh: false, moved };
}

/** Runs a transaction until it succeeds, or fails for a reason that another run would meet too. */
export async function retryTransaction<T, Place = never>(
  attempt: (how: Attempt<Place>) => Promise<T>,
  afterMove?: AfterMove<Place>,
): Promise<T> {
  for (let how: Attempt<Place> = firstAttempt; ; ) {
    try {
      return await attempt(how);
    } catch (error) {
      const next = await attemptAfter([error], how, afterMove);
      if (!next) throw error;
      how = next;
    }
  }
}
