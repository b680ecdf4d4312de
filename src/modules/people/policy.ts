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
