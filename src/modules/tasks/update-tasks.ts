import { asc, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { type ErrorPolicy, eachRow, type RowOutcome } from '../../access/each-row.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockBoards } from './board.ts';
import { mostTasks } from './create-tasks.ts';
import { boardAfter } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { tasks as table } from './tables.ts';
import { mayMove, type UpdateTaskInput, updateTask } from './update-task.ts';

const bounds = z.object({
  tasks: z
    .array(z.looseObject({ id: uuidField }))
    .min(1)
    .max(mostTasks),
});

/** Changes many tasks, each as `updateTask` does. */
export async function updateTasks(
  tx: TenantTx,
  viewer: Viewer,
  { tasks, errorPolicy }: { tasks: readonly UpdateTaskInput[]; errorPolicy: ErrorPolicy },
): Promise<RowOutcome[]> {
  requireTaskWriter(viewer);
  checkInput(bounds, { tasks });
  await lockTasks(tx, tasks);
  const options = { policy: errorPolicy, field: 'input.tasks' };
  return eachRow(tx, tasks, options, (task) => updateTask(tx, viewer, task));
}

/** Locks all boards, then all rows, each in order: taken task by task, two bulk changes could wait for each other. */
export async function lockTasks(tx: TenantTx, patches: readonly UpdateTaskInput[]): Promise<void> {
  const ids = patches.map(({ id }) => id);
  const place = { id: table.id, projectId: table.projectId, assigneeId: table.assigneeId };
  const patchOf = new Map(patches.filter(mayMove).map((patch) => [patch.id, patch]));
  const moving = patchOf.size
    ? await tx
        .select(place)
        .from(table)
        .where(inArray(table.id, [...patchOf.keys()]))
    : [];
  lockBoards(
    tx,
    moving.flatMap((task) => [task, boardAfter(task, patchOf.get(task.id) ?? {})]),
  );
  await tx
    .select({ id: table.id })
    .from(table)
    .where(inArray(table.id, ids))
    .orderBy(asc(table.id))
    .for('no key update');
}
