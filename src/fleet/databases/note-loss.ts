import { and, eq, isNotNull, isNull, ne, or } from 'drizzle-orm';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { notifyOrganizationChanged } from '../../tenancy/invalidation.ts';
import { organizations, tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { isUnfinished } from '../move/cancel-move.ts';
import { type MoveRow, progressOf } from '../move/journal.ts';

/**
 * Records the loss of a database with all its schemas except those in `found`. Its organizations are quarantined until
 * they are restored or deleted; the rows of other lost schemas are deleted. Ends moves from and to the lost schemas,
 * and keeps copies retained in other databases, because they may be the last ones. Returns the slugs of the
 * organizations without data.
 */
export async function noteLoss(
  tx: CatalogTx,
  { id: databaseId, name }: { id: string; name: string },
  found: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const held = await tx.select().from(tenantSchemas).where(eq(tenantSchemas.databaseId, databaseId)).for('update');
  const missing = held.filter(({ schemaName }) => !found.has(schemaName));
  await endMoves(tx, databaseId, new Set(missing.map(({ schemaName }) => schemaName)));
  const waiting: string[] = [];
  for (const { schemaName, state, organizationId } of missing) {
    const slug = state === 'ACTIVE' && organizationId !== null ? await announceLoss(tx, organizationId) : undefined;
    const row = isSchema(databaseId, schemaName);
    if (slug === undefined) {
      await tx.delete(tenantSchemas).where(row);
      continue;
    }
    const quarantineReason = `The database ${name} was lost: restore the organization from an archive, or delete it`;
    await tx.update(tenantSchemas).set({ quarantinedAt: new Date(), quarantineReason }).where(row);
    waiting.push(slug);
  }
  return waiting.sort();
}

/** Makes all servers read the organization's state again. Returns its slug. */
async function announceLoss(tx: CatalogTx, organizationId: string): Promise<string | undefined> {
  const [organization] = await tx
    .update(organizations)
    .set({ writesPausedUntil: null })
    .where(eq(organizations.id, organizationId))
    .returning({ slug: organizations.slug });
  await notifyOrganizationChanged(tx, organizationId);
  return organization?.slug;
}

/** A running attempt fails at its next step, because its move has ended. */
async function endMoves(tx: CatalogTx, databaseId: string, missing: ReadonlySet<string>): Promise<void> {
  const open = await tx
    .select()
    .from(tenantMoves)
    .where(
      and(
        isNull(tenantMoves.endedAt),
        or(eq(tenantMoves.fromDatabaseId, databaseId), eq(tenantMoves.toDatabaseId, databaseId)),
      ),
    )
    .for('update');
  for (const move of open.filter((each) => schemasOf(each, databaseId).some((name) => missing.has(name)))) {
    await tx
      .update(tenantMoves)
      .set({ phase: endOf(move), endedAt: new Date(), lastError: 'A database of this move was lost' })
      .where(eq(tenantMoves.id, move.id));
    await tx
      .update(organizations)
      .set({ writesPausedUntil: null })
      .where(and(eq(organizations.id, move.organizationId), isNotNull(organizations.writesPausedUntil)));
    // The unfinished copy in the other database
    await tx
      .update(tenantSchemas)
      .set({ state: 'DROPPING' })
      .where(
        and(
          eq(tenantSchemas.organizationId, move.organizationId),
          ne(tenantSchemas.databaseId, databaseId),
          eq(tenantSchemas.state, 'INCOMING'),
        ),
      );
    await notifyOrganizationChanged(tx, move.organizationId);
  }
}

const schemasOf = (move: MoveRow, databaseId: string): string[] => [
  ...(move.fromDatabaseId === databaseId ? [move.fromSchemaName, progressOf(move).back?.schemaName ?? ''] : []),
  ...(move.toDatabaseId === databaseId ? [move.toSchemaName] : []),
];

function endOf(move: MoveRow): 'CANCELLED' | 'CONFIRMED' | 'ROLLED_BACK' {
  if (progressOf(move).returned) return 'ROLLED_BACK';
  return isUnfinished(move) && move.phase !== 'ROLLING_BACK' ? 'CANCELLED' : 'CONFIRMED';
}
