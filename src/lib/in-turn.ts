/** Waits for all that was begun. Throws what the first in this order failed of, whichever failed first. */
export async function inTurn(...works: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) if (outcome.status === 'rejected') throw outcome.reason;
}
