import { and, eq } from 'drizzle-orm';
import type { Migration } from '../../db/migration-files.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { Admins } from '../admins.ts';
import type { Fleet } from '../fleet.ts';
import { buildSchema, type TenantSchema } from './build-schema.ts';

/**
 * Applies the wanted migrations that a schema lacks and records that it is complete: from then on it may contain rows.
 * Idempotent.
 */
export async function completeSchema(
  fleet: Fleet,
  admins: Admins,
  place: TenantSchema,
  wanted: readonly Migration[],
): Promise<void> {
  await admins.use((admin) => buildSchema(admin, fleet.installation, place, wanted));
  await fleet.catalog.write(async (tx) => {
    await tx
      .update(tenantSchemas)
      .set({ state: 'SPARE' })
      .where(and(isSchema(primaryDatabaseId, place.schemaName), eq(tenantSchemas.state, 'BUILDING')));
  });
}
