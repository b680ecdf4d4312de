import { asc, eq, type SQL } from 'drizzle-orm';
import type { Catalog } from '../../tenancy/catalog.ts';
import { databases, organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { servedSchema, type Tenant, tenantColumns, tenantNotFound, tenantOf } from '../../tenancy/tenant.ts';

/** A tenant with what its operators ask for. */
export interface TenantOverview extends Tenant {
  /** The name of the database where it lives. */
  database: string;
  /** When it will be gone, while it is being deleted. */
  deleteAfter: Date | null;
  createdAt: Date;
}

/** Every organization with a schema, by slug, whatever its status. */
export const listTenants = (catalog: Catalog): Promise<TenantOverview[]> => find(catalog);

/** One of them by its slug. Throws TENANT_NOT_FOUND. */
export async function getTenantOverview(catalog: Catalog, slug: string): Promise<TenantOverview> {
  const [found] = await find(catalog, eq(organizations.slug, slug));
  if (!found) throw tenantNotFound(slug);
  return found;
}

async function find(catalog: Catalog, where?: SQL): Promise<TenantOverview[]> {
  const { deleteAfter, createdAt } = organizations;
  const rows = await catalog.read((db) =>
    db
      .select({ tenant: tenantColumns, database: databases.name, deleteAfter, createdAt })
      .from(organizations)
      .innerJoin(tenantSchemas, servedSchema)
      .innerJoin(databases, eq(databases.id, organizations.databaseId))
      .where(where)
      .orderBy(asc(organizations.slug)),
  );
  return rows.map(({ tenant, ...more }) => ({ ...tenantOf(tenant), ...more }));
}
