import { and, eq, sql } from 'drizzle-orm';
import { insertionOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change, recordEvents } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { rankAtEnd } from './board.ts';
import type { TaskRow } from './lock-task.ts';
import { nextDay } from './recurrence-rule.ts';
import { checklistItems, taskLabels, taskMembers, tasks, uniqueTaskFields } from './tables.ts';

/**
 * Makes the next task of a series when one is finished: once, however often it is reopened. The task's row and its
 * board are locked. No task is made where the series ends, the project is not ACTIVE, or the owner has left.
 */
export async function recur(tx: TenantTx, viewer: Viewer, before: TaskRow, task: TaskRow): Promise<void> {
  const { recurrence, seriesId, seriesStart, occursOn, occurrence } = task;
  if (before.status === 'DONE' || task.status !== 'DONE') return;
  if (!recurrence || !seriesId || !seriesStart || !occursOn || !occurrence) return;
  const day = nextDayOf({ recurrence, seriesStart, occursOn, occurrence });
  if (!day) return;
  const found = await stateOf(tx, task, occurrence + 1);
  if (found.isMade || !found.isOpen || (task.type === 'PERSONAL' && found.hasLeft)) return;
  const row = {
    ...{ id: uuidv7(), type: task.type, projectId: task.projectId, deliverableId: task.deliverableId },
    ...{ assigneeId: found.hasLeft ? null : task.assigneeId, parentId: task.parentId, creatorId: task.creatorId },
    ...{ name: task.name, description: task.description, estimateDays: task.estimateDays },
    // A task that was postponed is due on its day again
    ...{ startDate: startOf(task, day), dueDate: day, status: 'TODO' as const, priority: task.priority },
    ...{ rank: await rankAtEnd(tx, task, 'TODO'), color: task.color, tags: task.tags },
    ...{ recurrence, seriesId, seriesStart, occursOn: day, occurrence: occurrence + 1 },
  };
  await change(tx, viewer, {
    write: insertionOf(tasks, row, uniqueTaskFields),
    event: {
      ...{ action: 'task.created', resourceType: 'Task', resourceId: row.id, after: row },
      metadata: { recurrenceOf: task.id },
    },
  });
  await copyParts(tx, viewer, task.id, row.id);
}

/** A rule that the library can no longer follow ends its series. */
function nextDayOf(place: Parameters<typeof nextDay>[0]): string | undefined {
  try {
    return nextDay(place);
  } catch {
    return undefined;
  }
}

/** As many days before the due day as the finished task began. */
function startOf({ startDate, dueDate }: TaskRow, day: string): string | null {
  if (!startDate || !dueDate) return null;
  return fromDayNumber(toDayNumber(day) - toDayNumber(dueDate) + toDayNumber(startDate));
}

interface State {
  isMade: boolean;
  isOpen: boolean;
  hasLeft: boolean;
}

async function stateOf(tx: TenantTx, task: TaskRow, occurrence: number): Promise<State> {
  const next = tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.seriesId, task.seriesId!), eq(tasks.occurrence, occurrence)));
  const closed = sql`select 1 from ${projects} where ${projects.id} = ${task.projectId} and ${projects.status} <> 'ACTIVE'`;
  const gone = sql`select 1 from ${profiles} where ${profiles.id} = ${task.assigneeId} and ${profiles.leftAt} is not null`;
  const [found] = await tx.execute<State & Record<string, unknown>>(
    sql`select exists (${next}) as "isMade", not exists (${closed}) as "isOpen", exists (${gone}) as "hasLeft"`,
  );
  return found!;
}

/** Copies the labels, the people who have not left, and the checklist, of which nothing is done. */
async function copyParts(tx: TenantTx, viewer: Viewer, from: string, to: string): Promise<void> {
  const labels = await tx.select({ id: taskLabels.labelId }).from(taskLabels).where(eq(taskLabels.taskId, from));
  if (labels.length) await tx.insert(taskLabels).values(labels.map(({ id }) => ({ taskId: to, labelId: id })));
  const people = await tx
    .select({ profileId: taskMembers.profileId, role: taskMembers.role })
    .from(taskMembers)
    .innerJoin(profiles, eq(profiles.id, taskMembers.profileId))
    .where(and(eq(taskMembers.taskId, from), sql`${profiles.leftAt} is null`));
  const members = people.map((person) => ({ id: uuidv7(), taskId: to, ...person }));
  if (members.length) await tx.insert(taskMembers).values(members);
  const steps = await tx
    .select({ name: checklistItems.name, rank: checklistItems.rank })
    .from(checklistItems)
    .where(eq(checklistItems.taskId, from));
  const items = steps.map((step) => ({ id: uuidv7(), taskId: to, ...step }));
  if (items.length) await tx.insert(checklistItems).values(items);
  const created = (resourceType: string, rows: readonly { id: string }[]) =>
    rows.map(({ id, ...after }) => ({
      ...{ action: `${resourceType[0]!.toLowerCase()}${resourceType.slice(1)}.created`, resourceType, resourceId: id },
      ...{ after, metadata: { taskId: to, recurrenceOf: from } },
    }));
  await recordEvents(tx, viewer, [
    ...labels.map(({ id: labelId }) => ({
      ...{ action: 'task.labelAdded', resourceType: 'Task', resourceId: to, metadata: { labelId } },
    })),
    ...created('TaskMember', members),
    ...created('ChecklistItem', items),
  ]);
}
