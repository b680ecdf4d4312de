import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type Board, boardName, lockBoards } from './board.ts';
import { tasks } from './tables.ts';

export type TaskRow = Row<typeof tasks>;

/** The task, locked until the transaction ends. Throws NOT_FOUND, naming the argument, unless the viewer sees it. */
export const lockTask = (tx: TenantTx, viewer: Viewer, id: string, field?: string): Promise<TaskRow> =>
  lockVisible(tx, viewer, tasks, id, 'Task', field);

/**
 * The same, after locking the board that the task is on and the one that it will be on: boards come before rows,
 * otherwise two transactions that place cards on one board could wait for each other. `destination` holds the changes
 * that affect the board. Subtasks are on the board of their parent, so the locks also keep trees of tasks as they are.
 */
export async function lockTaskAndBoard(
  tx: TenantTx,
  viewer: Viewer,
  id: string,
  destination: { [K in keyof Board]?: Board[K] | undefined } = {},
): Promise<TaskRow> {
  const seen = await getVisible(tx, viewer, tasks, id, 'Task');
  lockBoards(tx, [seen, boardAfter(seen, destination)]);
  const task = await lockTask(tx, viewer, id);
  if (boardName(task) !== boardName(seen)) {
    throw new AppError('TRANSACTION_CONFLICT', 'The task has moved to another board meanwhile; try again', {
      retryAfter: 0,
    });
  }
  return task;
}

/** The board of a task after a change. */
export const boardAfter = (task: Board, destination: { [K in keyof Board]?: Board[K] | undefined }): Board => ({
  projectId: destination.projectId === undefined ? task.projectId : destination.projectId,
  assigneeId: destination.assigneeId === undefined ? task.assigneeId : destination.assigneeId,
});
