import { inArray } from 'drizzle-orm';
import { z } from 'zod';
import { type ErrorPolicy, eachRow, type RowOutcome } from '../../access/each-row.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockBoards } from './board.ts';
import { type CreateTaskInput, createTask, ownershipOf } from './create-task.ts';
import { requireTaskWriter } from './policy.ts';
import { tasks as table } from './tables.ts';

/** Most tasks in one bulk change. */
export const mostTasks = 500;

const bounds = z.object({
  tasks: z
    .array(z.looseObject({ parentId: uuidField.nullish() }))
    .min(1)
    .max(mostTasks),
});

/** Adds many tasks, each as `createTask` does. */
export async function createTasks(
  tx: TenantTx,
  viewer: Viewer,
  { tasks, errorPolicy }: { tasks: readonly CreateTaskInput[]; errorPolicy: ErrorPolicy },
): Promise<RowOutcome[]> {
  requireTaskWriter(viewer);
  checkInput(bounds, { tasks });
  // Locks all boards at once and in order: taken row by row, two bulk changes could wait for each other.
  const parents = await parentsOf(tx, tasks);
  lockBoards(
    tx,
    tasks.map((task) => ownershipOf(viewer, task, parents.get(task.parentId ?? ''))),
  );
  const options = { policy: errorPolicy, field: 'input.tasks' };
  return eachRow(tx, tasks, options, (task) => createTask(tx, viewer, task));
}

/** The parents, whose boards are those of the subtasks; `createTask` checks that the viewer sees them. */
async function parentsOf(tx: TenantTx, rows: readonly CreateTaskInput[]) {
  const ids = rows.flatMap(({ parentId }) => parentId ?? []);
  if (ids.length === 0) return new Map();
  const { id, type, projectId, assigneeId } = table;
  const found = await tx.select({ id, type, projectId, assigneeId }).from(table).where(inArray(id, ids));
  return new Map(found.map((parent) => [parent.id, parent]));
}
