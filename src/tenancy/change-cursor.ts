import type { TenantTx } from './binding.ts';

const cursors = new WeakMap<TenantTx, string>();

/** Notes the newest event of a transaction, as a cursor of the change log. */
export function noteChange(tx: TenantTx, cursor: string): void {
  cursors.set(tx, cursor);
}

/** The cursor of the last event that the transaction wrote; null while it wrote none. */
export const lastChangeOf = (tx: TenantTx): string | null => cursors.get(tx) ?? null;
