import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { rankNextTo } from './board.ts';
import { checkFinishing } from './check-finishing.ts';
import { completionOf } from './completion.ts';
import { lockTaskAndBoard } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { recur } from './recur.ts';
import { taskStatuses, tasks } from './tables.ts';

const input = z.object({
  id: uuidField,
  status: z.enum(taskStatuses).nullish(),
  beforeId: uuidField.nullish(),
  afterId: uuidField.nullish(),
  ignoreDependencies: z.boolean().nullish(),
  expectedVersion: versionField.nullish(),
});

/**
 * Moves a card into a column of its board, right before or right after another card, or to the end. Without a status it
 * stays in its column. Throws NOT_FOUND if the other card is not on the board. If that card has left the column
 * meanwhile, the moved card goes to the end. Throws INVALID_STATE if the task would be finished before its
 * dependencies.
 */
export async function moveTask(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireTaskWriter(viewer);
  const { id, status, ignoreDependencies, expectedVersion, ...neighbour } = checkInput(input, raw);
  const field = neighbour.beforeId ? 'input.beforeId' : 'input.afterId';
  if (neighbour.beforeId && neighbour.afterId) throw badInput('beforeId and afterId cannot be combined', field);
  if ([neighbour.beforeId, neighbour.afterId].includes(id)) throw badInput('must be another task', field);
  const current = await lockTaskAndBoard(tx, viewer, id);
  requireVersion(current, expectedVersion, 'Task');
  const moved = { ...current, status: status ?? current.status };
  await checkFinishing(tx, current, moved.status, ignoreDependencies);
  const currentRank = moved.status === current.status ? current.rank : undefined;
  const rank = await rankNextTo(tx, viewer, moved, neighbour, currentRank);
  const patch = { ...completionOf(current.status, moved.status), rank };
  const write = updateOf(tasks, current, patch);
  if (write) {
    const event = { action: 'task.moved', resourceType: 'Task', resourceId: id, ...write.changes };
    await change(tx, viewer, { write, event });
    await recur(tx, viewer, current, { ...current, ...patch });
  }
  return { id };
}
