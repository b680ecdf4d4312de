import { and, eq } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import type { Role } from './roles.ts';
import { permissions } from './tables.ts';

/** What a role may in an organization now, with the changes that the organization made. */
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
