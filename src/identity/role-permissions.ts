import { and, eq } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import type { Role } from './roles.ts';
import { permissions } from './tables.ts';

/** The permissions of a role in an organization, as the organization has changed them. */
export async function permissionsOfRole(
  db: CatalogDb,
  organizationId: string,
  role: Role,
): Promise<ReadonlySet<Permission>> {
  const { permission, granted } = permissions;
  const overrides = await db
    .select({ permission, granted })
    .from(permissions)
    .where(and(eq(permissions.organizationId, organizationId), eq(permissions.role, role)));
  return permissionsOf(role, overrides);
}
