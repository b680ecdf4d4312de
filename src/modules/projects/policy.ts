import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** A CLIENT sees the projects of the clients whose contact it is; other members see all. */
export function readableProjects(viewer: Viewer): RowRule<'projects'> {
  if (!viewer.permissions.has('project:read')) return 'none';
  return viewer.role === 'CLIENT' ? { client: { contactId: viewer.profileId } } : 'all';
}

/** What a CLIENT sees of the rows that belong to a project: those of the projects that it sees. */
export const inProjectsOfContact = (viewer: Viewer) => ({ project: { client: { contactId: viewer.profileId } } });

/** What went wrong is for the organization alone to see. */
export function readableIncidents(viewer: Viewer): RowRule<'incidents'> {
  return viewer.role === 'CLIENT' || !viewer.permissions.has('project:read') ? 'none' : 'all';
}

/** Who reported an incident may change and resolve it, and who may change projects. */
export const canEditIncident = (viewer: Viewer, { reporterId }: { reporterId: string | null }): boolean =>
  viewer.permissions.has('project:write') || reporterId === viewer.profileId;
