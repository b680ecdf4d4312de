import type { Viewer } from '../../../identity/viewer.ts';
import { AppError } from '../../../lib/errors.ts';
import { uuidv7 } from '../../../lib/ids.ts';
import { ranksAfter } from '../../../lib/rank.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { recordEvents } from '../../events/record-event.ts';
import { startSeries } from '../../tasks/series.ts';
import {
  checklistItems,
  labels,
  taskDependencies,
  taskLabels,
  taskMembers,
  taskStatuses,
  tasks,
} from '../../tasks/tables.ts';
import { insertObjects, insertRows } from './insert-copies.ts';
import type { ProjectParts } from './project-parts.ts';

/** The ids of the copies, by the ids of the originals. */
export type CopiedIds = ReadonlyMap<string, string>;

/** New ids that sort in this order: ids of one millisecond do not by themselves. */
export const idsInOrder = (count: number): string[] => Array.from({ length: count }, () => uuidv7()).sort();

export function newIds(rows: readonly { id: string }[]): Map<string, string> {
  const ids = idsInOrder(rows.length);
  return new Map(rows.map(({ id }, place) => [id, ids[place]!]));
}

export interface Copy {
  projectId: string;
  shift: (day: string) => string;
  /** Whether a person of the original belongs into the copy. */
  takesPart: (profileId: string | null, asContact?: boolean) => profileId is string;
  deliverables: CopiedIds;
}

type TaskRow = ProjectParts['tasks'][number];

/** Copies the tasks with their subtasks, dependencies, checklists, labels and people. All of them are open. */
export async function copyTasks(tx: TenantTx, viewer: Viewer, parts: ProjectParts, copy: Copy): Promise<CopiedIds> {
  const ids = newIds(parts.tasks);
  const shifted = (day: string | null) => day && copy.shift(day);
  const ranks = ranksAfter(undefined, parts.tasks.length);
  const latest = latestOfSeries(parts.tasks);
  const rows = parts.tasks.toSorted(byPlace).map((task, place) => ({
    id: ids.get(task.id)!,
    type: task.type,
    projectId: copy.projectId,
    deliverableId: copy.deliverables.get(task.deliverableId ?? '') ?? null,
    assigneeId: copy.takesPart(task.assigneeId, task.type === 'CLIENT') ? task.assigneeId : null,
    parentId: ids.get(task.parentId ?? '') ?? null,
    creatorId: viewer.profileId,
    name: task.name,
    description: task.description,
    estimateDays: task.estimateDays,
    startDate: shifted(task.startDate),
    dueDate: shifted(task.dueDate),
    status: 'TODO' as const,
    priority: task.priority,
    rank: ranks[place]!,
    color: task.color,
    tags: task.tags,
    ...(latest.has(task) && task.recurrence && task.dueDate && seriesFrom(task.recurrence, copy.shift(task.dueDate))),
  }));
  await insertObjects(tx, viewer, { table: tasks, typename: 'Task' }, parentsFirst(rows));
  await copyChecklists(tx, viewer, parts, ids);
  await copyDependencies(tx, viewer, parts, ids);
  await copyLabels(tx, viewer, parts, copy.projectId, ids);
  const members = parts.taskMembers.flatMap(({ taskId, profileId, role }) =>
    copy.takesPart(profileId) && ids.has(taskId) ? [{ id: uuidv7(), taskId: ids.get(taskId)!, profileId, role }] : [],
  );
  await insertObjects(tx, viewer, { table: taskMembers, typename: 'TaskMember' }, members);
  return ids;
}

/** The last task of each series: the others were finished, and only it is followed by another one. */
function latestOfSeries(all: readonly TaskRow[]): ReadonlySet<TaskRow> {
  const latest = new Map<string | null, TaskRow>();
  for (const task of all) {
    const known = latest.get(task.seriesId);
    if (!known || known.occurrence! < task.occurrence!) latest.set(task.seriesId, task);
  }
  return new Set(latest.values());
}

/** A rule that has no days after the shift is left out. */
function seriesFrom(recurrence: string, day: string) {
  try {
    return startSeries(recurrence, day);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** By the columns of the board, and by their places in them. */
const byPlace = (a: TaskRow, b: TaskRow): number =>
  taskStatuses.indexOf(a.status) - taskStatuses.indexOf(b.status) || compare(a.rank, b.rank) || compare(a.id, b.id);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** A row can only be inserted after the one that it refers to. */
function parentsFirst<T extends { id: string; parentId: string | null }>(rows: readonly T[]): T[] {
  const children = Map.groupBy(rows, ({ parentId }) => parentId);
  const ordered = [...(children.get(null) ?? [])];
  for (const { id } of ordered) ordered.push(...(children.get(id) ?? []));
  return ordered;
}

async function copyChecklists(tx: TenantTx, viewer: Viewer, parts: ProjectParts, ids: CopiedIds): Promise<void> {
  const items = parts.checklistItems.flatMap(({ taskId, name, rank }) =>
    ids.has(taskId) ? [{ id: uuidv7(), taskId: ids.get(taskId)!, name, rank }] : [],
  );
  await insertObjects(tx, viewer, { table: checklistItems, typename: 'ChecklistItem' }, items);
}

/** A dependency on a task of another project is left out. */
async function copyDependencies(tx: TenantTx, viewer: Viewer, parts: ProjectParts, ids: CopiedIds): Promise<void> {
  const rows = parts.taskDependencies.flatMap((link) => {
    const [taskId, dependsOnId] = [ids.get(link.taskId), ids.get(link.dependsOnId)];
    return taskId && dependsOnId ? [{ taskId, dependsOnId }] : [];
  });
  await insertRows(tx, taskDependencies, rows);
  const events = rows.map(({ taskId, dependsOnId }) => ({
    action: 'task.dependencyAdded',
    resourceType: 'Task',
    resourceId: taskId,
    metadata: { dependsOnId },
  }));
  await recordEvents(tx, viewer, events);
}

/** The labels of the project become labels of the copy; those of the organization mark the copied tasks too. */
async function copyLabels(
  tx: TenantTx,
  viewer: Viewer,
  { labels: all, taskLabels: links }: ProjectParts,
  projectId: string,
  tasksById: CopiedIds,
): Promise<void> {
  const own = all.filter((label) => label.projectId !== null);
  const ids = new Map([...all.map(({ id }) => [id, id] as const), ...newIds(own)]);
  const copies = own.map(({ id, name, color, description }) => ({
    ...{ id: ids.get(id)!, projectId, name, color, description },
  }));
  await insertObjects(tx, viewer, { table: labels, typename: 'Label' }, copies);
  const rows = links.flatMap((link) => {
    const [taskId, labelId] = [tasksById.get(link.taskId), ids.get(link.labelId)];
    return taskId && labelId ? [{ taskId, labelId }] : [];
  });
  await insertRows(tx, taskLabels, rows);
  const events = rows.map(({ taskId, labelId }) => ({
    action: 'task.labelAdded',
    resourceType: 'Task',
    resourceId: taskId,
    metadata: { labelId },
  }));
  await recordEvents(tx, viewer, events);
}
