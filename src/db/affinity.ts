import type { BackendMemoryEstimate } from './backend-memory-estimate.ts';

/** What a slot is chosen by. */
export interface Knower {
  readonly keys: BackendMemoryEstimate;
  /** What it remembers. */
  readonly memoryBytes: number;
}

/** A slot for a session, and whether it knows the session's key. */
export interface Choice<Slot> {
  slot: Slot;
  warm: boolean;
}

/**
 * Which of the idle slots a session of this key gets. One that knows the key; of several the one that met it earliest, so
 * that a key stays where it is while it can. A stranger only when no slot at all knows the key, or the session has
 * waited long enough for one that does: then the one that remembers the least, which spreads the keys evenly.
 * Undefined when the session should wait.
 */
export function chooseSlot<Slot extends Knower>(
  key: string,
  idle: readonly Slot[],
  all: Iterable<Slot>,
  patient: boolean,
): Choice<Slot> | undefined {
  const place = (slot: Slot): number => slot.keys.placeOf(key) ?? Number.POSITIVE_INFINITY;
  const own = leastBy(idle, place);
  if (!own) return undefined;
  if (own.keys.placeOf(key) !== undefined) return { slot: own, warm: true };
  if (patient && isKnown(key, all)) return undefined;
  return { slot: leastBy(idle, ({ memoryBytes }) => memoryBytes)!, warm: false };
}

/** Whether any of the slots knows the key. */
export function isKnown(key: string, slots: Iterable<Knower>): boolean {
  for (const { keys } of slots) if (keys.placeOf(key) !== undefined) return true;
  return false;
}

function leastBy<Slot>(slots: readonly Slot[], of: (slot: Slot) => number): Slot | undefined {
  let least: Slot | undefined;
  for (const slot of slots) if (least === undefined || of(slot) < of(least)) least = slot;
  return least;
}
