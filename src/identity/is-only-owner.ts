import { and, eq } from 'drizzle-orm';
import type { Identity } from './identity.ts';
import { userOrganizations } from './tables.ts';
import type { Viewer } from './viewer.ts';

/** Whether the viewer is the only OWNER of their organization. */
export async function isOnlyOwner({ catalog }: Identity, viewer: Viewer): Promise<boolean> {
  if (viewer.role !== 'OWNER') return false;
  const owners = await catalog.read((db) =>
    db
      .select({ profileId: userOrganizations.profileId })
      .from(userOrganizations)
      .where(and(eq(userOrganizations.organizationId, viewer.organizationId), eq(userOrganizations.role, 'OWNER')))
      .limit(2),
  );
  return owners.length === 1 && owners[0]?.profileId === viewer.profileId;
}
