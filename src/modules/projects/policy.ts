import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** A CLIENT sees the projects of the clients whose contact it is; other members see all. */
export function readableProjects(viewer: Viewer): RowRule<'projects'> {
  if (!viewer.permissions.has('project:read')) return 'none';
  return viewer.role === 'CLIENT' ? { client: { contactId: viewer.profileId } } : 'all';
}

/** The rows of projects that a CLIENT sees. */
export const inProjectsOfContact = (viewer: Viewer) => ({ project: { client: { contactId: viewer.profileId } } });

/** Only the organization sees incidents, not its clients. */
export function readableIncidents(viewer: Viewer): RowRule<'incidents'> {
  return viewer.role === 'CLIENT' || !viewer.permissions.has('project:read') ? 'none' : 'all';
}

/** The reporter of an incident, and whoever may change projects, may change and resolve it. */
export const canEditIncident = (viewer: Viewer, { reporterId }: { reporterId: string | null }): boolean =>
  viewer.permissions.has('project:write') || reporterId === viewer.profileId;
