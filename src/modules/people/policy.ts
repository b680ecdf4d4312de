import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** A CLIENT sees its own profile and the people of its projects; other members see everybody. */
export function readableProfiles(viewer: Viewer): RowRule<'profiles'> {
  if (!viewer.permissions.has('people:read')) return { id: viewer.profileId };
  if (viewer.role !== 'CLIENT') return 'all';
  const ofClient = { client: { contactId: viewer.profileId } };
  return { OR: [{ id: viewer.profileId }, { managedProjects: ofClient }, { assignments: { project: ofClient } }] };
}

/** One's own profile, or anybody's with people:manage. */
export const canEditProfile = (viewer: Viewer, profileId: string): boolean =>
  viewer.profileId === profileId || viewer.permissions.has('people:manage');

/** One's own rows and, except for a CLIENT, those that others share. */
function ownOrShared({ role, profileId }: Viewer) {
  const own = { ownerId: profileId };
  return role === 'CLIENT' ? own : { OR: [own, { isShared: true }] };
}

/** One's own views and, except for a CLIENT, those that others share. */
export const readableViews = (viewer: Viewer): RowRule<'savedViews'> =>
  viewer.permissions.has('project:read') ? ownOrShared(viewer) : 'none';

/** The same for the operations of the explorer, for those who may open it. */
export const readableOperations = (viewer: Viewer): RowRule<'savedOperations'> =>
  viewer.permissions.has('graph:explore') ? ownOrShared(viewer) : 'none';

interface Owned {
  ownerId: string;
  isShared: boolean;
}

/** One's own view or operation, or a shared one with project:write. */
export const canEditOwned = (viewer: Viewer, { ownerId, isShared }: Owned): boolean =>
  ownerId === viewer.profileId || (isShared && viewer.permissions.has('project:write'));
