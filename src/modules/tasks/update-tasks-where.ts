import { z } from 'zod';
import { guardDb } from '../../access/guarded-db.ts';
import type { WhereOf } from '../../access/row-rules.ts';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { deliverables, projects } from '../projects/tables.ts';
import { mostTasks } from './create-tasks.ts';
import { requireTaskWriter } from './policy.ts';
import { tasks } from './tables.ts';
import { type UpdateTaskInput, updateTask } from './update-task.ts';
import { lockTasks } from './update-tasks.ts';

const bounds = z.object({
  limit: z.number().int().min(1).max(mostTasks),
  expectedCount: z.number().int().min(0).nullish(),
});

export interface TasksWhere {
  /** The filter; undefined if it has no conditions. */
  where: WhereOf<'tasks'> | undefined;
  change: Omit<UpdateTaskInput, 'id' | 'expectedVersion'>;
  limit: number;
  expectedCount?: number | null | undefined;
  preview?: boolean | null | undefined;
}

/**
 * Changes all tasks that match a filter, each as `updateTask` does, or counts them. Nothing changes if one of them
 * cannot be changed. Throws NOT_FOUND, BAD_INPUT without a condition, and INVALID_STATE with the `count` if more tasks
 * match than `limit`, or another number than expected.
 */
export async function updateTasksWhere(
  tx: TenantTx,
  viewer: Viewer,
  { where, change, preview, ...given }: TasksWhere,
): Promise<{ count: number; ids: string[] }> {
  requireTaskWriter(viewer);
  const { limit, expectedCount } = checkInput(bounds, given);
  await requireReferences(tx, viewer, change);
  if (!where) throw badInput('needs a condition', 'input.where');
  if (preview) return { count: await guardDb(tx, viewer).count('tasks', where), ids: [] };
  const found = await matching(tx, viewer, where, limit + 1);
  if (found.length > limit) await refuseMany(tx, viewer, where, limit);
  await lockTasks(
    tx,
    found.map((id) => ({ ...change, id })),
  );
  // Some may have changed before they were locked
  const locked: WhereOf<'tasks'> = { AND: [where as object, { id: { in: found } }] };
  const ids = found.length ? await matching(tx, viewer, locked, limit) : [];
  if (expectedCount != null && expectedCount !== ids.length) {
    throw new AppError('INVALID_STATE', `${ids.length} tasks match, not ${expectedCount}`, {
      ...{ field: 'input.expectedCount', count: ids.length },
    });
  }
  for (const id of ids) await updateOne(tx, viewer, id, change);
  return { count: ids.length, ids };
}

/** Throws NOT_FOUND for what the change refers to, also if no task matches. */
async function requireReferences(tx: TenantTx, viewer: Viewer, change: TasksWhere['change']): Promise<void> {
  for (const [key, { table, typename }] of Object.entries(referred)) {
    const id = change[key as keyof typeof referred];
    if (id) await getVisible(tx, viewer, table, id, typename, `input.change.${key}`);
  }
}

const referred = {
  projectId: { table: projects, typename: 'Project' },
  assigneeId: { table: profiles, typename: 'Profile' },
  parentId: { table: tasks, typename: 'Task' },
  deliverableId: { table: deliverables, typename: 'Deliverable' },
} as const;

async function matching(tx: TenantTx, viewer: Viewer, where: WhereOf<'tasks'>, limit: number): Promise<string[]> {
  const rows = await guardDb(tx, viewer).query.tasks.findMany({
    ...{ columns: { id: true }, where, orderBy: { id: 'asc' }, limit },
  });
  return rows.map(({ id }) => id);
}

async function refuseMany(tx: TenantTx, viewer: Viewer, where: WhereOf<'tasks'>, limit: number): Promise<never> {
  const count = await guardDb(tx, viewer).count('tasks', where);
  const message = `${count} tasks match, more than the limit of ${limit}: choose fewer`;
  throw new AppError('INVALID_STATE', message, { field: 'input.where', count });
}

/** Makes errors name the argument of the change and the task. */
async function updateOne(tx: TenantTx, viewer: Viewer, id: string, change: TasksWhere['change']): Promise<void> {
  try {
    // In a savepoint, at whose end the task's pipelined statements are answered
    await tx.transaction(() => updateTask(tx, viewer, { ...change, id }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const field = error.details.field?.replace(/^input\./, 'input.change.');
    const details = { ...error.details, ...(field && { field }), task: `Task:${id}` };
    throw new AppError(error.code, error.message, details, { cause: error });
  }
}
