import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { ofReadableProjects } from '../projects/policy.ts';

interface TaskOwners {
  type: 'PROJECT' | 'PERSONAL' | 'CLIENT';
  assigneeId: string | null;
  creatorId: string | null;
}

/**
 * Whoever sees a project sees its tasks; other people see those of them that are assigned to them, alone or with
 * others. Only the assignee and the creator see a PERSONAL task, whatever their role, and a CLIENT sees none.
 */
export function readableTasks(viewer: Viewer): RowRule<'tasks'> {
  if (!viewer.permissions.has('task:read')) return 'none';
  const inProjects = ofReadableProjects<'tasks'>(viewer);
  if (viewer.role === 'CLIENT') return inProjects;
  const { profileId } = viewer;
  if (inProjects !== 'all') {
    const assigned = [{ assigneeId: profileId }, { members: { profileId, role: 'ASSIGNEE' as const } }];
    return { OR: [inProjects, ...assigned, { type: 'PERSONAL', creatorId: profileId }] };
  }
  return { OR: [{ type: { ne: 'PERSONAL' } }, { assigneeId: profileId }, { creatorId: profileId }] };
}

/** Whoever sees a project sees its labels; a CLIENT does not see those of the organization. */
export function readableLabels(viewer: Viewer): RowRule<'labels'> {
  if (!viewer.permissions.has('task:read')) return 'none';
  const inProjects = ofReadableProjects<'labels'>(viewer);
  if (inProjects === 'all' || viewer.role === 'CLIENT') return inProjects;
  return { OR: [inProjects, { projectId: { isNull: true } }] };
}

/** The labels of the organization need project:write. */
export const canWriteLabel = (viewer: Viewer, { projectId }: { projectId?: string | null | undefined }): boolean =>
  Boolean(projectId) || viewer.permissions.has('project:write');

/** Throws FORBIDDEN without task:write. The viewer may change every task that it sees. */
export const requireTaskWriter = (viewer: Viewer): void => requirePermission(viewer, 'task:write');

/** The creator of a task may delete it, and the owner of a PERSONAL one; others need task:delete. Throws FORBIDDEN. */
export function requireTaskDeleter(viewer: Viewer, task: TaskOwners): void {
  requireTaskWriter(viewer);
  if (!ownsTask(viewer, task)) requirePermission(viewer, 'task:delete');
}

/** Whoever may delete a task may also restore it. */
export const mayRestoreTask = (viewer: Viewer, task: TaskOwners): boolean =>
  ownsTask(viewer, task) || viewer.permissions.has('task:delete');

const ownsTask = (viewer: Viewer, task: TaskOwners): boolean =>
  task.creatorId === viewer.profileId || (task.type === 'PERSONAL' && isAssignee(viewer, task));

const isAssignee = (viewer: Viewer, { assigneeId }: TaskOwners): boolean => assigneeId === viewer.profileId;

/** The author of a comment and moderators may change and delete it. */
export const canEditComment = (viewer: Viewer, { authorId }: { authorId: string | null }): boolean =>
  authorId === viewer.profileId || viewer.permissions.has('channel:moderate');
