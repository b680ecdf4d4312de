import { eq, getColumns } from 'drizzle-orm';
import { updateOf } from '../../access/rows.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type EventHandler, onEvent } from '../events/handlers.ts';
import { change } from '../events/record-event.ts';
import { boardName } from './board.ts';
import type { TaskRow } from './lock-task.ts';
import { measure, mostLevels } from './subtasks.ts';
import { tasks } from './tables.ts';

async function readTask(tx: TenantTx, id: string): Promise<TaskRow> {
  const { search: _, ...columns } = getColumns(tasks);
  const [row] = await tx.select(columns).from(tasks).where(eq(tasks.id, id));
  return row!;
}

/**
 * Separates a restored subtask from its parent, if the parent is on another board now, or is nested so deep that the
 * tree would have too many levels.
 */
const keepPlaceUnder: EventHandler = async (tx, viewer, { resourceId, after }) => {
  if (!viewer || typeof after?.parentId !== 'string') return;
  const [task, parent] = [await readTask(tx, resourceId), await readTask(tx, after.parentId)];
  const { levels } = await measure(tx, task.id, parent.id);
  if (boardName(parent) === boardName(task) && levels <= mostLevels) return;
  const write = updateOf(tasks, task, { parentId: null });
  if (!write) return;
  const event = { action: 'task.updated', resourceType: 'Task', resourceId: task.id, ...write.changes };
  await change(tx, viewer, { write, event });
};

onEvent('task.restored', keepPlaceUnder);
