import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { guardDb } from '../../access/guarded-db.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput, notFound } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { changeLinks, checkLinks } from './change-links.ts';
import { lockTask } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { labels, taskLabels } from './tables.ts';

/** Most labels of a task. */
export const mostLabels = 50;

const ids = z.array(uuidField).max(mostLabels).nullish();
const input = z.object({ taskId: uuidField, labelIds: ids, addLabelIds: ids, removeLabelIds: ids });

/**
 * Sets the labels of a task, or adds and removes some; those that the viewer does not see stay. Each change has its own
 * event. Throws NOT_FOUND, BAD_INPUT for a label of another project, INVALID_STATE for too many.
 */
export async function setTaskLabels(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireTaskWriter(viewer);
  const { taskId, labelIds: all, addLabelIds: add, removeLabelIds: remove } = checkInput(input, raw);
  checkLinks({ all, add, remove }, 'input.labelIds');
  const task = await lockTask(tx, viewer, taskId, 'input.taskId');
  const field = all ? 'input.labelIds' : 'input.addLabelIds';
  await requireLabels(tx, viewer, all ?? add ?? [], field, task);
  await requireLabels(tx, viewer, remove ?? [], 'input.removeLabelIds');
  const links = await tx.select({ id: taskLabels.labelId }).from(taskLabels).where(eq(taskLabels.taskId, taskId));
  const present = new Set(links.map(({ id }) => id));
  const { added, removed } = changeLinks(await visibleAmong(tx, viewer, present), { all, add, remove });
  if (present.size + added.length - removed.length > mostLabels) {
    throw new AppError('INVALID_STATE', `A task has at most ${mostLabels} labels`, { field });
  }
  await removeLabels(tx, viewer, taskId, removed);
  if (added.length) await tx.insert(taskLabels).values(added.map((labelId) => ({ taskId, labelId })));
  await recordEvents(
    tx,
    viewer,
    added.map((labelId) => ({ action: 'task.labelAdded', ...ofTask(taskId), metadata: { labelId } })),
  );
  return { id: taskId };
}

/** A viewer who sees a task by an assignment alone does not see the labels of its project. */
async function visibleAmong(tx: TenantTx, viewer: Viewer, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  if (!ids.size) return ids;
  const rows = await guardDb(tx, viewer)
    .select({ id: labels.id })
    .from(labels)
    .where(inArray(labels.id, [...ids]));
  return new Set(rows.map(({ id }) => id));
}

const ofTask = (taskId: string) => ({ resourceType: 'Task', resourceId: taskId });

/** Removes labels from a task, with an event for each. */
export async function removeLabels(
  tx: TenantTx,
  viewer: Viewer | null,
  taskId: string,
  labelIds: readonly string[],
): Promise<void> {
  if (!labelIds.length) return;
  const removed = await tx
    .delete(taskLabels)
    .where(and(eq(taskLabels.taskId, taskId), inArray(taskLabels.labelId, [...labelIds])))
    .returning({ labelId: taskLabels.labelId, createdAt: taskLabels.createdAt });
  await recordEvents(
    tx,
    viewer,
    removed.map(({ labelId, ...was }) => ({
      ...{ action: 'task.labelRemoved', ...ofTask(taskId), metadata: { labelId, was } },
    })),
  );
}

/** Throws NOT_FOUND for labels that the viewer does not see, and BAD_INPUT for those that cannot mark the task. */
async function requireLabels(
  tx: TenantTx,
  viewer: Viewer,
  labelIds: readonly string[],
  field: string,
  task?: { projectId: string | null },
): Promise<void> {
  if (!labelIds.length) return;
  const rows = await guardDb(tx, viewer)
    .select({ id: labels.id, projectId: labels.projectId })
    .from(labels)
    .where(inArray(labels.id, [...labelIds]))
    .for('key share');
  const projectOf = new Map(rows.map((row) => [row.id, row.projectId]));
  for (const [place, id] of labelIds.entries()) {
    const itsProject = projectOf.get(id);
    if (itsProject === undefined) throw notFound('Label', `${field}.${place}`);
    if (task && itsProject !== null && itsProject !== task.projectId) {
      throw badInput('This label belongs to another project', `${field}.${place}`);
    }
  }
}
