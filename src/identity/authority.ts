import { AppError } from '../lib/errors.ts';
import type { CatalogDb } from '../tenancy/catalog.ts';
import type { Permission } from './permissions.ts';
import { permissionsOfRole } from './role-permissions.ts';
import type { Role } from './roles.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** What somebody would give away, or have power over: a role with all its permissions, or some permissions. */
export interface Grant {
  role?: Role;
  permissions: Iterable<Permission>;
}

/**
 * The one comparison of authority: nobody grants more than they hold themselves, by whatever way. A viewer's permissions are
 * those of the role with the organization's changes, for an API key within its scopes; a key is never an OWNER.
 * Throws FORBIDDEN.
 */
export function requireAuthority(viewer: Viewer, { role, permissions }: Grant): void {
  if (role === 'OWNER' && viewer.role !== 'OWNER') {
    throw new AppError('FORBIDDEN', 'Only an owner, signed in, can make, demote or remove an owner');
  }
  for (const permission of permissions) {
    if (viewer.permissions.has(permission)) continue;
    throw new AppError('FORBIDDEN', `This needs the permission ${permission}: nobody grants more than they hold`, {
      permission,
    });
  }
}

/** Whether the viewer holds everything that a role has. */
export function hasAuthority(viewer: Viewer, grant: Grant): boolean {
  try {
    requireAuthority(viewer, grant);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/**
 * Who may turn a member of one role into another (undefined: not a member): whoever manages members and holds all that both
 * roles have. Throws FORBIDDEN.
 */
export async function requireRoleChange(
  db: CatalogDb,
  viewer: Viewer,
  from: Role | undefined,
  to: Role | undefined,
): Promise<void> {
  requirePermission(viewer, 'member:manage');
  for (const role of new Set([from, to])) {
    if (role === undefined) continue;
    requireAuthority(viewer, { role, permissions: await permissionsOfRole(db, viewer.organizationId, role) });
  }
}
