import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import type { progressModes } from './tables.ts';

/** A CLIENT sees the milestones of the projects of its clients, and none of the company’s own; other members see all. */
export function readableMilestones(viewer: Viewer): RowRule<'milestones'> {
  if (!viewer.permissions.has('milestone:read')) return 'none';
  return viewer.role === 'CLIENT' ? { project: { client: { contactId: viewer.profileId } } } : 'all';
}

/** What a milestone consists of is seen by who sees it, and tasks at all: its tasks are never PERSONAL. */
export function readableMilestoneTasks(viewer: Viewer): RowRule<'milestoneTasks'> {
  if (!viewer.permissions.has('task:read')) return 'none';
  const rule = readableMilestones(viewer);
  return typeof rule === 'string' ? rule : { milestone: rule };
}

/** Throws FORBIDDEN without milestone:write. Which ones one may change is a matter of which one may see. */
export const requireMilestoneWriter = (viewer: Viewer): void => requirePermission(viewer, 'milestone:write');

/** Throws BAD_INPUT when a client sets the progress of a milestone whose progress the server computes. */
export function checkProgress(mode: (typeof progressModes)[number], progress: number | undefined): void {
  if (mode === 'AUTO' && progress !== undefined)
    throw badInput('The progress of an AUTO milestone is computed', 'input.progress');
}

/** When the milestone was reached, after a change of its status; empty when that stays as it is. */
export function completionOf(before: string | undefined, after: string): { completedAt?: Date | null } {
  if ((before === 'COMPLETED') === (after === 'COMPLETED')) return {};
  return { completedAt: after === 'COMPLETED' ? new Date() : null };
}
