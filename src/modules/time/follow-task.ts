import { asc, eq, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from '../events/business-event.ts';
import { onEvent } from '../events/handlers.ts';
import { recordEvents } from '../events/record-event.ts';
import { projects } from '../projects/tables.ts';
import { isOn } from '../settings/is-on.ts';
import { requireOpenDays } from './closed-weeks.ts';
import { lockDays } from './day-limit.ts';
import { runningTimers, timeEntries } from './tables.ts';
import { mayRecordAnyDay } from './work-date.ts';

/**
 * Moves the time entries of a task that moves to another project: entries belong to the project of their task. Throws
 * INVALID_STATE if one of them is validated, in a closed week, or from before the first day of the other project.
 */
async function followTask(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  const { projectId } = event.after ?? {};
  if (typeof projectId !== 'string') return;
  const taskId = event.resourceId;
  const people = await lockPeopleOf(tx, taskId);
  const timers = await tx
    .update(runningTimers)
    .set({ projectId })
    .where(eq(runningTimers.taskId, taskId))
    .returning({ id: runningTimers.id });
  // Locked in the order of a review, so that the two cannot wait for each other
  const moved = await tx
    .select({
      id: timeEntries.id,
      status: timeEntries.status,
      workDate: timeEntries.workDate,
      profileId: timeEntries.profileId,
    })
    .from(timeEntries)
    .where(eq(timeEntries.taskId, taskId))
    .orderBy(asc(timeEntries.id))
    .for('no key update');
  if (moved.some(({ status }) => status === 'VALIDATED')) {
    throw new AppError('INVALID_STATE', 'This task has validated time, which stays in its project: reopen it first', {
      field: 'input.projectId',
    });
  }
  for (const profileId of people) {
    const days = moved.flatMap((entry) => (entry.profileId === profileId ? [entry.workDate] : []));
    await requireOpenDays(tx, profileId, days, 'input.projectId');
  }
  await requireStarted(tx, viewer, projectId, moved);
  await tx
    .update(timeEntries)
    .set({ projectId, version: sql`${timeEntries.version} + 1` })
    .where(eq(timeEntries.taskId, taskId));
  const change = { before: { projectId: event.before?.projectId }, after: { projectId } };
  const changedIds = [
    ...timers.map(({ id }) => ({ action: 'runningTimer.updated', resourceType: 'RunningTimer', resourceId: id })),
    ...moved.map(({ id }) => ({ action: 'timeEntry.updated', resourceType: 'TimeEntry', resourceId: id })),
  ];
  await recordEvents(
    tx,
    viewer,
    changedIds.map((each) => ({ ...each, ...change })),
  );
}

/** Locks the days of everybody who worked on the task, before the rows, as every change of time does. */
async function lockPeopleOf(tx: TenantTx, taskId: string): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ profileId: timeEntries.profileId })
    .from(timeEntries)
    .where(eq(timeEntries.taskId, taskId))
    .orderBy(asc(timeEntries.profileId));
  const people = rows.map(({ profileId }) => profileId);
  for (const profileId of people) lockDays(tx, profileId);
  return people;
}

async function requireStarted(
  tx: TenantTx,
  viewer: Viewer | null,
  projectId: string,
  moved: readonly { workDate: string }[],
): Promise<void> {
  if (!viewer || mayRecordAnyDay(viewer) || moved.length === 0) return;
  const [project] = await tx
    .select({ startDate: projects.startDate, anyDay: isOn('timeBeforeStart') })
    .from(projects)
    .where(eq(projects.id, projectId));
  if (!project || project.anyDay || moved.every(({ workDate }) => workDate >= project.startDate)) return;
  const { startDate } = project;
  throw new AppError('INVALID_STATE', `This task has time from before ${startDate}, the first day of the project`, {
    field: 'input.projectId',
    startDate,
  });
}

onEvent('task.updated', followTask);
