import { eq, type InferSelectModel } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { isForeignKeyViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import type { TenantTx } from './binding.ts';

/** A table whose rows have an id. */
export type IdTable = PgTable & { id: PgColumn };
/** A table whose rows count their changes. */
export type VersionedTable = IdTable & { version: PgColumn };

type Row = { id: string; version: number };
const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a patch changes of a row: keys that are absent (undefined) or already so are left out. */
export function changesOf(
  current: object,
  patch: object,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    const old = (current as Record<string, unknown>)[key];
    if (value === undefined || sameValue(old, value)) continue;
    before[key] = old;
    after[key] = value;
  }
  return { before, after };
}

/** Throws STALE_VERSION with the row as it is now, when the caller saw an older one. */
export function requireVersion(current: Row, expected: number | null | undefined, typename: string): void {
  if (expected === null || expected === undefined || expected === current.version) return;
  throw new AppError('STALE_VERSION', `This ${typename} was changed meanwhile`, {
    field: 'input.expectedVersion',
    current: { ...current, id: `${typename}:${current.id}` },
  });
}

/**
 * Changes a locked row and counts its version up. Absent keys stay, null clears. Gives what changed, or null when the
 * patch says nothing new.
 */
export async function patchRow<T extends VersionedTable>(
  tx: TenantTx,
  table: T,
  current: Row,
  patch: Partial<InferSelectModel<T>>,
): Promise<{ before: Record<string, unknown>; after: Record<string, unknown> } | null> {
  const { id, version } = current;
  const changes = changesOf(current, patch);
  if (!Object.keys(changes.after).length) return null;
  await tx
    .update(table as PgTable)
    .set({ ...changes.after, version: version + 1 } as never)
    .where(eq(table.id, id));
  return changes;
}

/** Deletes a locked row. Throws IN_USE, with these words, while others refer to it. */
export async function deleteRow(tx: TenantTx, table: IdTable, id: string, inUse: string): Promise<void> {
  try {
    await tx.delete(table as PgTable).where(eq(table.id, id));
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    throw new AppError('IN_USE', inUse, { field: 'input.id' }, { cause: error });
  }
}
