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

/** One's own views and, except for a CLIENT, those that others share. */
export function readableViews({ role, permissions, profileId }: Viewer): RowRule<'savedViews'> {
  if (!permissions.has('project:read')) return 'none';
  const own = { ownerId: profileId };
  return role === 'CLIENT' ? own : { OR: [own, { isShared: true }] };
}

/** One's own view, or a shared one with project:write. */
export const canEditView = (viewer: Viewer, view: { ownerId: string; isShared: boolean }): boolean =>
  view.ownerId === viewer.profileId || (view.isShared && viewer.permissions.has('project:write'));
