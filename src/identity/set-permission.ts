import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { notifyOrganizationChanged } from '../tenancy/invalidation.ts';
import { requireAuthority } from './authority.ts';
import type { Identity, Origin } from './identity.ts';
import { permission, role } from './inputs.ts';
import type { Permission } from './permissions.ts';
import { permissionsOfRole } from './role-permissions.ts';
import type { Role } from './roles.ts';
import { permissions } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

export const setPermissionInput = z.object({
  role,
  permission,
  /** Null removes the override. */
  granted: z.boolean().nullable(),
});

/**
 * Gives a role of the viewer's organization a permission, or takes it away. Throws FORBIDDEN unless the viewer holds
 * that permission and all permissions of the role, and for the role OWNER, which keeps every permission.
 */
export async function setPermission(
  { catalog, clock }: Identity,
  viewer: Viewer,
  input: z.input<typeof setPermissionInput>,
  origin: Origin,
): Promise<void> {
  requirePermission(viewer, 'organization:manage');
  const { role, permission, granted } = checkInput(setPermissionInput, input);
  if (role === 'OWNER') throw new AppError('FORBIDDEN', 'An owner keeps every permission', { field: 'input.role' });
  const { organizationId } = viewer;
  await catalog.write(async (tx) => {
    // All permissions of the role too: nobody may weaken a role above their own
    const held = await permissionsOfRole(tx, organizationId, role);
    requireAuthority(viewer, { role, permissions: [permission, ...held] });
    if (granted === null) await tx.delete(permissions).where(of(organizationId, role, permission));
    else {
      await tx
        .insert(permissions)
        .values({ id: uuidv7(), organizationId, role, permission, granted, createdAt: clock() })
        .onConflictDoUpdate({
          target: [permissions.organizationId, permissions.role, permissions.permission],
          set: { granted },
        });
    }
    await notifyOrganizationChanged(tx, organizationId);
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'permission.changed',
      organizationId,
      metadata: { role, permission, granted },
    });
  });
}

const of = (organizationId: string, role: Role, permission: Permission) =>
  and(
    eq(permissions.organizationId, organizationId),
    eq(permissions.role, role),
    eq(permissions.permission, permission),
  );
