import { asc, eq } from 'drizzle-orm';
import type { Catalog } from './catalog.ts';
import { organizations, tenantSchemas } from './tables.ts';
import { type Tenant, tenantColumns, tenantOf } from './tenant.ts';

/** Every organization with a schema, by slug, whatever its status. */
export function listTenants(catalog: Catalog): Promise<Tenant[]> {
  return catalog.read(async (db) => {
    const rows = await db
      .select(tenantColumns)
      .from(organizations)
      .innerJoin(tenantSchemas, eq(tenantSchemas.organizationId, organizations.id))
      .orderBy(asc(organizations.slug));
    return rows.map(tenantOf);
  });
}
