import type { TenantTx } from './tenant-session.ts';

const cursors = new WeakMap<TenantTx, string>();

/** Records the newest event of a transaction, as a cursor of the event log. */
export function noteChange(tx: TenantTx, cursor: string): void {
  cursors.set(tx, cursor);
}

/** The cursor of the last event that the transaction wrote; null if it wrote none. */
export const lastChangeOf = (tx: TenantTx): string | null => cursors.get(tx) ?? null;
