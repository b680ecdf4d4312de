import { z } from 'zod';
import { checkAtCommit, type Requirements } from '../../access/requirements.ts';
import { updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { openWeekRule } from './closed-weeks.ts';
import { requireDayRoom } from './day-limit.ts';
import { lockTimeEntry } from './lock-time-entry.ts';
import { workReferences } from './references.ts';
import { timeEntries, uniqueTimeEntryFields } from './tables.ts';
import { isImported, timeEntryFields } from './time-entry-input.ts';
import { aheadRule, startedRule } from './work-date.ts';
import { checkTimes, hoursChanged } from './work-times.ts';

const { source: _, ...changeable } = timeEntryFields;
const input = z.object({ id: uuidField, ...changeable, expectedVersion: versionField.nullish() });

export type UpdateTimeEntryInput = Raw<typeof input>;
type Patch = Omit<z.output<typeof input>, 'id' | 'expectedVersion' | 'duration'>;
type Current = Awaited<ReturnType<typeof lockTimeEntry>>;

/**
 * Changes a time entry that is not validated; a rejected one becomes PENDING again. A new project removes it from its
 * task, unless a task is given. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE, DAY_LIMIT, and BAD_INPUT for
 * a day before the project or after this month.
 */
export async function updateTimeEntry(
  tx: TenantTx,
  viewer: Viewer,
  timeZone: string,
  raw: UpdateTimeEntryInput,
): Promise<{ id: string }> {
  const { id, expectedVersion, hours, duration, ...rest } = checkInput(input, raw);
  const patch = { ...rest, ...hoursChanged({ hours, duration }) };
  const current = await lockTimeEntry(tx, viewer, { id, expectedVersion });
  checkTimes(timeZone, {
    workDate: patch.workDate ?? current.workDate,
    hours: patch.hours ?? current.hours,
    startedAt: patch.startedAt === undefined ? current.startedAt : patch.startedAt,
    endedAt: patch.endedAt === undefined ? current.endedAt : patch.endedAt,
  });
  const work = workOf(current, patch);
  const require = workRequirements(viewer, timeZone, current, patch, work);
  await requireRoom(tx, timeZone, current, patch);
  const write = updateOf(timeEntries, current, { ...patch, ...work, ...reopened(current) }, uniqueTimeEntryFields);
  if (write) {
    const { taskId } = current;
    const metadata = taskId === null ? {} : { taskId };
    const event = {
      action: 'timeEntry.updated',
      resourceType: 'TimeEntry',
      resourceId: id,
      metadata,
      ...write.changes,
    };
    await change(tx, viewer, { require, write, event });
  } else checkAtCommit(tx, viewer, require);
  return { id };
}

/** Time that moves to another day or project, or grows, must meet the requirements of new time. */
function workRequirements(
  viewer: Viewer,
  timeZone: string,
  current: Current,
  patch: Patch,
  work: ReturnType<typeof workOf>,
): Requirements {
  const { projectId } = work ?? current;
  const day = patch.workDate ?? current.workDate;
  const moves = day !== current.workDate || projectId !== current.projectId;
  const grows = patch.hours !== undefined && Number(patch.hours) > Number(current.hours);
  const rules = [
    ...(moves ? staffRule(current.profileId, 'input.workDate', { day: { workDate: day, timeZone } }) : []),
    ...(moves || grows ? openRule(viewer, projectId, patch.projectId ? 'input.projectId' : 'input.id') : []),
    ...(moves ? aheadRule(viewer, timeZone, day, 'input.workDate') : []),
    ...(moves ? startedRule(viewer, projectId, day, 'input.workDate') : []),
  ];
  const open = openWeekRule(current.profileId, [current.workDate, day], patch.workDate ? 'input.workDate' : 'input.id');
  const references = work || rules.length ? workReferences(work ?? { projectId }) : [];
  return { references, rules: [...rules, open] };
}

/** The project and task that the entry moves to; undefined if it stays. */
function workOf(current: Current, { projectId, taskId }: Patch) {
  if (projectId === undefined && taskId === undefined) return undefined;
  const next = projectId ?? current.projectId;
  const kept = next === current.projectId ? current.taskId : null;
  return { projectId: next, taskId: taskId === undefined ? kept : taskId };
}

async function requireRoom(tx: TenantTx, timeZone: string, current: Current, patch: Patch): Promise<void> {
  const next = { workDate: patch.workDate ?? current.workDate, hours: patch.hours ?? current.hours };
  const counted = current.status === 'REJECTED' ? 0 : Number(current.hours);
  const grows = next.workDate !== current.workDate || Number(next.hours) > counted;
  if (!grows || isImported(current)) return;
  await requireDayRoom(tx, current.profileId, [next], { timeZone, replacedId: current.id });
}

const reopened = ({ status }: Current) =>
  status === 'REJECTED' ? ({ status: 'PENDING', reviewerId: null, reviewedAt: null, reviewNote: null } as const) : {};
