import { eq } from 'drizzle-orm';
import type { Catalog } from '../../tenancy/catalog.ts';
import { organizations } from '../../tenancy/tables.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import type { Organization } from '../../tenancy/update-organization.ts';

/** The organization with this slug, even if it is being deleted and has no schema any more. Throws TENANT_NOT_FOUND. */
export async function getOrganization(catalog: Catalog, slug: string): Promise<Organization> {
  const [organization] = await catalog.read((db) =>
    db.select().from(organizations).where(eq(organizations.slug, slug)),
  );
  if (!organization) throw tenantNotFound(slug);
  return organization;
}
