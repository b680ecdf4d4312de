import { and, getColumns, ne, sql } from 'drizzle-orm';
import { updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { boardName, rankAtEnd } from './board.ts';
import type { TaskRow } from './lock-task.ts';
import { taskRequirements } from './references.ts';
import { branchOf } from './subtasks.ts';
import { tasks } from './tables.ts';

/** Most subtasks that move with a task, because each of them is a change of its own. */
const mostMoved = 500;

/** Moves the subtasks of a task that went to another board to the ends of their columns there. Both are locked. */
export async function moveSubtasks(tx: TenantTx, viewer: Viewer, current: TaskRow, next: TaskRow): Promise<void> {
  if (boardName(current) === boardName(next)) return;
  const { search: _, ...columns } = getColumns(tasks);
  const parts = await tx
    .select(columns)
    .from(tasks)
    .where(and(sql`${tasks.id} in ${branchOf(current.id)}`, ne(tasks.id, current.id)))
    .orderBy(tasks.rank, tasks.id)
    .limit(mostMoved + 1)
    .for('no key update');
  if (parts.length > mostMoved) {
    const message = `At most ${mostMoved} subtasks can follow a task: move some of them first`;
    throw new AppError('INVALID_STATE', message, { field: 'input.projectId' });
  }
  for (const part of parts) await movePart(tx, viewer, part, next);
}

async function movePart(tx: TenantTx, viewer: Viewer, part: TaskRow, parent: TaskRow): Promise<void> {
  const place = {
    type: part.type === 'PERSONAL' ? parent.type : part.type,
    projectId: parent.projectId,
    assigneeId: parent.type === 'PERSONAL' ? parent.assigneeId : part.assigneeId,
    deliverableId: null,
  };
  const write = updateOf(tasks, part, { ...place, rank: await rankAtEnd(tx, place, part.status) });
  if (!write) return;
  const event = { action: 'task.updated', resourceType: 'Task', resourceId: part.id, ...write.changes };
  await change(tx, viewer, { require: taskRequirements(viewer, {}, { ...part, ...place }, part), write, event });
}
