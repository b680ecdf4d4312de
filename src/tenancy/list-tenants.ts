import { asc } from 'drizzle-orm';
import type { Catalog } from './catalog.ts';
import { organizations, tenantSchemas } from './tables.ts';
import { servedSchema, type Tenant, tenantColumns, tenantOf } from './tenant.ts';

/** Every organization with a schema, by slug, whatever its status. */
export function listTenants(catalog: Catalog): Promise<Tenant[]> {
  return catalog.read(async (db) => {
    const rows = await db
      .select(tenantColumns)
      .from(organizations)
      .innerJoin(tenantSchemas, servedSchema)
      .orderBy(asc(organizations.slug));
    return rows.map(tenantOf);
  });
}
