import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { ofReadableProjects } from '../projects/policy.ts';

type OfProject = 'timeEntries' | 'runningTimers';

/** A CLIENT sees no time at all, whatever its permissions. */
export const seesAllTime = (viewer: Viewer): boolean =>
  viewer.role !== 'CLIENT' && viewer.permissions.has('time:read-all');

/** Everybody's time in the projects that one sees with time:read-all, and always one's own. */
export function readableTime<T extends OfProject>(viewer: Viewer): RowRule<T> {
  if (viewer.role === 'CLIENT') return 'none';
  const { profileId } = viewer;
  const inProjects = seesAllTime(viewer) ? ofReadableProjects<'timeEntries'>(viewer) : undefined;
  if (inProjects === 'all') return 'all';
  return (inProjects ? { OR: [{ profileId }, inProjects] } : { profileId }) as RowRule<T>;
}

/** Everybody's timesheets with time:read-all, otherwise one's own: they say nothing of projects. */
export function readableTimesheets(viewer: Viewer): RowRule<'timesheets'> {
  if (viewer.role === 'CLIENT') return 'none';
  return seesAllTime(viewer) ? 'all' : { profileId: viewer.profileId };
}

/**
 * A person's own activity reports, and with time:read-all those of the projects that one sees. A CLIENT sees those of
 * its projects that were submitted.
 */
export function readableReports(viewer: Viewer): RowRule<'activityReports'> {
  const { profileId } = viewer;
  if (viewer.role === 'CLIENT') {
    if (!viewer.permissions.has('project:read')) return 'none';
    return { project: { client: { contactId: profileId } }, NOT: { status: 'DRAFT' } };
  }
  const inProjects = seesAllTime(viewer) ? ofReadableProjects<'activityReports'>(viewer) : undefined;
  if (inProjects === 'all') return 'all';
  return inProjects ? { OR: [{ profileId }, inProjects] } : { profileId };
}

/** One's own time with time:write-own, anybody's with time:write-all. */
export function canWriteTime(viewer: Viewer, profileId: string): boolean {
  if (viewer.role === 'CLIENT') return false;
  if (viewer.permissions.has('time:write-all')) return true;
  return viewer.permissions.has('time:write-own') && viewer.profileId === profileId;
}

/** Throws FORBIDDEN. */
export function requireTimeWriter(viewer: Viewer, profileId: string): void {
  if (canWriteTime(viewer, profileId)) return;
  throw new AppError('FORBIDDEN', 'You may not record the time of this person');
}

/** Throws FORBIDDEN unless the viewer sees the time of this person. */
export function requireTimeReader(viewer: Viewer, profileId: string): void {
  if (seesAllTime(viewer) || (viewer.role !== 'CLIENT' && viewer.profileId === profileId)) return;
  throw new AppError('FORBIDDEN', 'You may not see the time of this person');
}

/** Throws FORBIDDEN. Reviewers see all time, so a CLIENT cannot be one. */
export function requireTimeReviewer(viewer: Viewer): void {
  requirePermission(viewer, 'time:validate');
  if (viewer.role === 'CLIENT') throw new AppError('FORBIDDEN', 'A CLIENT cannot review time');
}

/** Throws FORBIDDEN for one's own time. */
export function requireOtherAuthor(viewer: Viewer, { profileId }: { profileId: string }, field: string): void {
  if (profileId !== viewer.profileId) return;
  throw new AppError('FORBIDDEN', 'Another person must validate your time', { field });
}
