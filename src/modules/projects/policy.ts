import type { RowRule, TableName, WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/**
 * The projects that concern a viewer, whether or not it may read them. For a CLIENT, the projects of the clients whose
 * contact it is; for members with project:read-all, all; for a CONSULTANT, those that it leads or is assigned to; for a
 * MEMBER, also those that the whole organization sees.
 */
function projectsOf({ role, permissions, profileId }: Viewer): 'all' | WhereOf<'projects'> {
  if (role === 'CLIENT') return { client: { contactId: profileId } };
  if (permissions.has('project:read-all')) return 'all';
  const own = [{ managerId: profileId }, { assignments: { profileId } }];
  // Negated, because events of projects that were deleted before there was a visibility do not contain it
  return role === 'CONSULTANT' ? { OR: own } : { OR: [{ NOT: { visibility: 'MEMBERS' } }, ...own] };
}

export function readableProjects(viewer: Viewer): RowRule<'projects'> {
  return viewer.permissions.has('project:read') ? projectsOf(viewer) : 'none';
}

/** The rows of the projects that concern a viewer, for a table with the relation `project`. */
export function ofReadableProjects<T extends TableName>(viewer: Viewer): 'all' | WhereOf<T> {
  const project = projectsOf(viewer);
  return project === 'all' ? 'all' : ({ project } as WhereOf<T>);
}

/** Only the organization sees incidents, not its clients. */
export function readableIncidents(viewer: Viewer): RowRule<'incidents'> {
  if (viewer.role === 'CLIENT' || !viewer.permissions.has('project:read')) return 'none';
  return ofReadableProjects(viewer);
}

/** The reporter of an incident, and whoever may change projects, may change and resolve it. */
export const canEditIncident = (viewer: Viewer, { reporterId }: { reporterId: string | null }): boolean =>
  viewer.permissions.has('project:write') || reporterId === viewer.profileId;
