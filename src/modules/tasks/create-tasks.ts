import { z } from 'zod';
import { type ErrorPolicy, eachRow, type RowOutcome } from '../../access/each-row.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockBoards } from './board.ts';
import { type CreateTaskInput, createTask, ownershipOf } from './create-task.ts';
import { requireTaskWriter } from './policy.ts';

/** Most tasks in one bulk change. */
export const mostTasks = 500;

const bounds = z.object({ tasks: z.array(z.unknown()).min(1).max(mostTasks) });

/** Adds many tasks, each as `createTask` does. */
export async function createTasks(
  tx: TenantTx,
  viewer: Viewer,
  { tasks, errorPolicy }: { tasks: readonly CreateTaskInput[]; errorPolicy: ErrorPolicy },
): Promise<RowOutcome[]> {
  requireTaskWriter(viewer);
  checkInput(bounds, { tasks });
  // Locks all boards at once and in order: taken row by row, two bulk changes could wait for each other.
  lockBoards(
    tx,
    tasks.map((task) => ownershipOf(viewer, task)),
  );
  const options = { policy: errorPolicy, field: 'input.tasks' };
  return eachRow(tx, tasks, options, (task) => createTask(tx, viewer, task));
}
