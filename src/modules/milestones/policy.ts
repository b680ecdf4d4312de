import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { ofReadableProjects } from '../projects/policy.ts';
import { readableTasks } from '../tasks/policy.ts';
import type { milestoneStatuses, progressModes } from './tables.ts';

type Status = (typeof milestoneStatuses)[number];

/** Whoever sees a project sees its milestones; everybody but a CLIENT sees the organization's own. */
export function readableMilestones(viewer: Viewer): RowRule<'milestones'> {
  if (!viewer.permissions.has('milestone:read')) return 'none';
  const inProjects = ofReadableProjects<'milestones'>(viewer);
  if (inProjects === 'all' || viewer.role === 'CLIENT') return inProjects;
  return { OR: [{ projectId: { isNull: true } }, inProjects] };
}

/**
 * Whoever sees a milestone, and may read tasks, sees its tasks: none of them is PERSONAL. But one of the organization
 * may have tasks of projects that the viewer does not see.
 */
export function readableMilestoneTasks(viewer: Viewer): RowRule<'milestoneTasks'> {
  if (!viewer.permissions.has('task:read')) return 'none';
  const rule = readableMilestones(viewer);
  if (typeof rule === 'string') return rule;
  const task = readableTasks(viewer);
  return { milestone: rule, ...(viewer.role !== 'CLIENT' && typeof task !== 'string' && { task }) };
}

/** Throws FORBIDDEN without milestone:write. The viewer may change every milestone that it sees. */
export const requireMilestoneWriter = (viewer: Viewer): void => requirePermission(viewer, 'milestone:write');

/** Throws BAD_INPUT if the request sets the progress of a milestone whose progress the server computes. */
export function checkProgress(mode: (typeof progressModes)[number], progress: number | undefined): void {
  if (mode === 'AUTO' && progress !== undefined)
    throw badInput('The progress of an AUTO milestone is computed', 'input.progress');
}

/** When the milestone was reached, after a change of its status; empty if that does not change. */
export function completionOf(before: string | undefined, after: string): { completedAt?: Date | null } {
  if ((before === 'COMPLETED') === (after === 'COMPLETED')) return {};
  return { completedAt: after === 'COMPLETED' ? new Date() : null };
}

/**
 * The status after a change of the progress. At 100 a milestone is COMPLETED. Below 100, a milestone that was COMPLETED
 * only because of its progress is IN_PROGRESS again.
 */
export function statusAt(progress: number, current: { status: Status; progress: number }): Status {
  if (progress === 100) return 'COMPLETED';
  return current.progress === 100 && current.status === 'COMPLETED' ? 'IN_PROGRESS' : current.status;
}

/** Throws INVALID_STATE if the request sets another status than COMPLETED at progress 100. */
export function checkStatus(progress: number, status: Status | undefined): void {
  if (progress !== 100 || status === undefined || status === 'COMPLETED') return;
  throw new AppError('INVALID_STATE', 'A milestone whose progress is 100 is COMPLETED', {
    field: 'input.status',
    progress,
  });
}
