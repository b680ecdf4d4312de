import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { inProjectsOfContact } from '../projects/policy.ts';

interface TaskOwners {
  type: 'PROJECT' | 'PERSONAL' | 'CLIENT';
  assigneeId: string | null;
  creatorId: string | null;
}

/**
 * A CLIENT sees the tasks of the projects of its clients, which PERSONAL ones never are. PERSONAL tasks are seen by
 * their assignee and their creator only, whatever the role; all others by every member.
 */
export function readableTasks(viewer: Viewer): RowRule<'tasks'> {
  if (!viewer.permissions.has('task:read')) return 'none';
  if (viewer.role === 'CLIENT') return inProjectsOfContact(viewer);
  const { profileId } = viewer;
  return { OR: [{ type: { ne: 'PERSONAL' } }, { assigneeId: profileId }, { creatorId: profileId }] };
}

/** Throws FORBIDDEN without task:write. Which tasks one may change is a matter of which one may see. */
export const requireTaskWriter = (viewer: Viewer): void => requirePermission(viewer, 'task:write');

/** Who made a task may delete it, and the owner of a PERSONAL one; others need task:delete. Throws FORBIDDEN. */
export function requireTaskDeleter(viewer: Viewer, task: TaskOwners): void {
  requireTaskWriter(viewer);
  const owner = task.creatorId === viewer.profileId || (task.type === 'PERSONAL' && isAssignee(viewer, task));
  if (!owner) requirePermission(viewer, 'task:delete');
}

const isAssignee = (viewer: Viewer, { assigneeId }: TaskOwners): boolean => assigneeId === viewer.profileId;

/** The author of a comment may change and delete it, and a moderator. */
export const canEditComment = (viewer: Viewer, { authorId }: { authorId: string | null }): boolean =>
  authorId === viewer.profileId || viewer.permissions.has('channel:moderate');
