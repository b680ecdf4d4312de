import type { RowRule } from '../../graphql/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** A CLIENT sees the projects of the clients whose contact it is; other members see all. */
export function readableProjects(viewer: Viewer): RowRule<'projects'> {
  if (!viewer.permissions.has('project:read')) return 'none';
  return viewer.role === 'CLIENT' ? { client: { contactId: viewer.profileId } } : 'all';
}
