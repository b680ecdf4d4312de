import { randomBytes } from 'node:crypto';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { type Applied, fitsBuild, stateOf } from '../../db/migration-ledger.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { primaryDatabaseId, tenantSchemaOf } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import type { TenantSchema } from './build-schema.ts';
import type { MigrationLines } from './migration-lines.ts';

type State = (typeof tenantSchemas.$inferSelect)['state'];
export type TakenSchema = TenantSchema & { state: State };

/**
 * Takes a schema that no organization has, preferably a complete spare. It is locked until the caller's transaction
 * ends.
 */
export async function takeSchema(tx: CatalogTx, states: State[]): Promise<TakenSchema | undefined> {
  const [place] = await tx
    .select({ schemaName: tenantSchemas.schemaName, roleName: tenantSchemas.roleName, state: tenantSchemas.state })
    .from(tenantSchemas)
    .where(
      and(
        eq(tenantSchemas.databaseId, primaryDatabaseId),
        isNull(tenantSchemas.organizationId),
        isNull(tenantSchemas.quarantinedAt),
        inArray(tenantSchemas.state, states),
      ),
    )
    .orderBy(sql`${tenantSchemas.state} = 'SPARE' desc`)
    .limit(1)
    .for('update', { skipLocked: true });
  return place;
}

/** Records a schema before it is created, so that it is not lost if its creation is interrupted. */
export async function newSchema(tx: CatalogTx, prefix: string): Promise<TakenSchema> {
  const place = tenantSchemaOf(prefix, randomBytes(6).toString('hex'));
  await tx.insert(tenantSchemas).values({ ...place, databaseId: primaryDatabaseId });
  return { ...place, state: 'BUILDING' };
}

/**
 * Whether a schema has all tables that a tenant with these optional modules needs. A spare may have been built by
 * another build, an earlier one or one that runs at the same time.
 */
export async function isComplete(
  tx: CatalogTx,
  { schemaName, state }: Pick<TakenSchema, 'schemaName' | 'state'>,
  lines: MigrationLines,
  modules: readonly string[],
): Promise<boolean> {
  if (state === 'BUILDING') return false;
  const applied = await tx.execute<Applied & Record<string, unknown>>(
    sql`select module as line, name, hash from chantier.tenant_migrations where schema_name = ${schemaName}`,
  );
  return fitsBuild(stateOf(lines.ofTenant(modules), [...applied], lines.everything()));
}
