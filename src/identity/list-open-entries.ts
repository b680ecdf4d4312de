import { and, desc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { hasAuthority } from './authority.ts';
import type { ApiKey } from './create-api-key.ts';
import type { JoinCode } from './create-join-code.ts';
import type { Identity } from './identity.ts';
import type { Invitation } from './invite-member.ts';
import { permissionsOfRole } from './role-permissions.ts';
import { joinCodeRoles } from './roles.ts';
import { apiKeys, joinCodes, organizationInvitations } from './tables.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** The longest list that is returned. */
const most = 200;

/**
 * The codes that are not revoked, the newest first. Only those that the viewer could have created, since anybody who
 * sees a code can use it. Throws FORBIDDEN without member:manage.
 */
export async function listJoinCodes({ catalog }: Identity, viewer: Viewer): Promise<JoinCode[]> {
  requirePermission(viewer, 'member:manage');
  const { organizationId } = viewer;
  return catalog.read(async (db) => {
    const grantable: JoinCode['role'][] = [];
    for (const role of joinCodeRoles) {
      const grant = { role, permissions: await permissionsOfRole(db, organizationId, role) };
      if (hasAuthority(viewer, grant)) grantable.push(role);
    }
    const open = and(
      eq(joinCodes.organizationId, organizationId),
      isNull(joinCodes.revokedAt),
      inArray(joinCodes.role, grantable),
    );
    return await db.select().from(joinCodes).where(open).orderBy(desc(joinCodes.id)).limit(most);
  });
}

/** The invitations that can still be accepted, the newest first. Throws FORBIDDEN without member:manage. */
export async function listInvitations({ catalog, clock }: Identity, viewer: Viewer): Promise<Invitation[]> {
  requirePermission(viewer, 'member:manage');
  const t = organizationInvitations;
  const open = and(
    eq(t.organizationId, viewer.organizationId),
    isNull(t.acceptedAt),
    isNull(t.revokedAt),
    gt(t.expiresAt, clock()),
  );
  return catalog.read((db) => db.select().from(t).where(open).orderBy(desc(t.id)).limit(most));
}

/** The keys that have not been revoked, the newest first. Throws FORBIDDEN without organization:manage. */
export async function listApiKeys({ catalog }: Identity, viewer: Viewer): Promise<ApiKey[]> {
  requirePermission(viewer, 'organization:manage');
  const open = and(eq(apiKeys.organizationId, viewer.organizationId), isNull(apiKeys.revokedAt));
  return catalog.read((db) => db.select().from(apiKeys).where(open).orderBy(desc(apiKeys.id)).limit(most));
}
