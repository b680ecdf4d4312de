import { AppError } from '../lib/errors.ts';
import type { CatalogDb } from '../tenancy/catalog.ts';
import type { Permission } from './permissions.ts';
import { permissionsOfRole } from './role-permissions.ts';
import type { Role } from './roles.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** A role with its permissions, or permissions alone, that somebody wants to grant or to revoke. */
export interface Grant {
  role?: Role;
  permissions: Iterable<Permission>;
}

/**
 * The only check of authority: nobody grants more than they hold. A viewer's permissions are those of the role, as the
 * organization has changed them, limited to the scopes of an API key; a key is never an OWNER. Throws FORBIDDEN.
 */
export function requireAuthority(viewer: Viewer, { role, permissions }: Grant): void {
  if (role === 'OWNER' && viewer.role !== 'OWNER') {
    throw new AppError('FORBIDDEN', 'Only an owner who is signed in can make, demote or remove an owner');
  }
  for (const permission of permissions) {
    if (viewer.permissions.has(permission)) continue;
    throw new AppError(
      'FORBIDDEN',
      `This needs the permission ${permission}: you cannot grant or revoke more than you hold`,
      {
        permission,
      },
    );
  }
}

/** Whether `requireAuthority` allows the grant. */
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
 * Allows a viewer who manages members, and holds all permissions of both roles, to change a member's role. `undefined`
 * stands for somebody who is not a member, before or after the change. Throws FORBIDDEN.
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
