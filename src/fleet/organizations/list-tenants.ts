import { asc, eq, type SQL } from 'drizzle-orm';
import type { Catalog } from '../../tenancy/catalog.ts';
import { databases, organizations, tenantSchemas } from '../../tenancy/tables.ts';
import { servedSchema, type Tenant, tenantColumns, tenantNotFound, tenantOf } from '../../tenancy/tenant.ts';

/** A tenant with further data for operators. */
export interface TenantOverview extends Tenant {
  /** The name of its database. */
  database: string;
  /** When it will be dropped; null unless it is being deleted. */
  deleteAfter: Date | null;
  createdAt: Date;
}

/** All organizations with a schema, by slug, whatever their status. */
export const listTenants = (catalog: Catalog): Promise<TenantOverview[]> => find(catalog);

/** The tenant with this slug. Throws TENANT_NOT_FOUND. */
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
