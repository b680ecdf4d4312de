import type { BackendMemoryEstimate } from './backend-memory-estimate.ts';

/** The properties by which a slot is chosen. */
export interface Candidate {
  readonly keys: BackendMemoryEstimate;
  /** Estimated memory of its backend. */
  readonly memoryBytes: number;
}

/** A slot for a session, and whether it has served the session's key before. */
export interface Choice<Slot> {
  slot: Slot;
  warm: boolean;
}

/**
 * Chooses the idle slot for a session of this key. Prefers a slot that has served the key; among several, the one that
 * served it first, so that the key stays there. Takes another slot only if no slot at all knows the key, or if the
 * session is not `patient` (it has waited for `patienceMs`): then the slot with the least memory, which spreads the
 * keys evenly. Returns undefined if the session should wait.
 */
export function chooseSlot<Slot extends Candidate>(
  key: string,
  idle: readonly Slot[],
  all: Iterable<Slot>,
  patient: boolean,
): Choice<Slot> | undefined {
  const rank = (slot: Slot): number => slot.keys.rankOf(key) ?? Number.POSITIVE_INFINITY;
  const own = leastBy(idle, rank);
  if (!own) return undefined;
  if (own.keys.rankOf(key) !== undefined) return { slot: own, warm: true };
  if (patient && isKnown(key, all)) return undefined;
  return { slot: leastBy(idle, ({ memoryBytes }) => memoryBytes)!, warm: false };
}

/** Whether any of the slots has served the key. */
export function isKnown(key: string, slots: Iterable<Candidate>): boolean {
  for (const { keys } of slots) if (keys.rankOf(key) !== undefined) return true;
  return false;
}

function leastBy<Slot>(slots: readonly Slot[], of: (slot: Slot) => number): Slot | undefined {
  let least: Slot | undefined;
  for (const slot of slots) if (least === undefined || of(slot) < of(least)) least = slot;
  return least;
}
