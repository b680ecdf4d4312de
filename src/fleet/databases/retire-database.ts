import { eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { By } from '../../tenancy/audit.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { notifyDatabaseChanged } from '../../tenancy/invalidation.ts';
import { databases, tenantSchemas } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import { noteLoss } from './note-loss.ts';
import { requireLost } from './require-lost.ts';

/**
 * Stops using a database: no tenant is placed there, and no server connects to it. Its contents stay. Idempotent.
 * Throws NOT_FOUND, INVALID_STATE for the primary database, IN_USE while it holds schemas of tenants, including
 * retained copies.
 */
export async function retireDatabase(tx: CatalogTx, databaseId: string, { actor, ...origin }: By): Promise<void> {
  if (databaseId === primaryDatabaseId) throw new AppError('INVALID_STATE', 'The primary database cannot be retired');
  const [row] = await tx.select().from(databases).where(eq(databases.id, databaseId)).for('update');
  if (!row) throw new AppError('NOT_FOUND', 'There is no such database');
  if (row.state === 'RETIRED') return;
  const held = await tx.select().from(tenantSchemas).where(eq(tenantSchemas.databaseId, databaseId)).limit(1);
  if (held.length > 0) {
    throw new AppError(
      'IN_USE',
      `The database ${row.name} holds schemas of tenants: move them, confirm their moves, and drop their retained copies`,
    );
  }
  await retire(tx, row, { actor, ...origin });
}

/**
 * Stops using a lost database. Its organizations keep their names, members and settings, but are not served until they
 * are restored into another database, or deleted. Returns their slugs. Throws NOT_FOUND, INVALID_STATE for the primary
 * database and for one that still answers.
 */
export async function retireLostDatabase(fleet: Fleet, name: string, by: By): Promise<string[]> {
  const lost = await fleet.databases.getByName(name);
  await requireLost(fleet, lost);
  return await fleet.catalog.write(async (tx) => {
    const waiting = await noteLoss(tx, lost);
    await retire(tx, lost, by, { lost: true, waiting: waiting.length });
    return waiting;
  });
}

async function retire(
  tx: CatalogTx,
  { id, name }: { id: string; name: string },
  by: By,
  metadata: Record<string, unknown> = {},
): Promise<void> {
  await tx.update(databases).set({ state: 'RETIRED' }).where(eq(databases.id, id));
  await recordAudit(tx, {
    ...by,
    action: 'database.retired',
    resource: { type: 'Database', id },
    metadata: { name, ...metadata },
  });
  await notifyDatabaseChanged(tx, id);
}
