import { z } from 'zod';
import { checkAtCommit } from '../../access/requirements.ts';
import { requireVersion, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { boardName, rankAtEnd } from './board.ts';
import { checkFinishing } from './check-finishing.ts';
import { completionOf } from './completion.ts';
import { boardAfter, lockTask, lockTaskAndBoard, type TaskRow } from './lock-task.ts';
import { moveSubtasks } from './move-subtasks.ts';
import { requireTaskWriter } from './policy.ts';
import { recur } from './recur.ts';
import { taskRequirements } from './references.ts';
import { seriesOf } from './series.ts';
import { requirePlaceUnder } from './subtasks.ts';
import { tasks, uniqueTaskFields } from './tables.ts';
import { checkOwnership, taskFields } from './task-input.ts';

const input = z.object({
  id: uuidField,
  ...taskFields,
  ignoreDependencies: z.boolean().nullish(),
  expectedVersion: versionField.nullish(),
});

export type UpdateTaskInput = Raw<typeof input>;
type Patch = Omit<z.output<typeof input>, 'id' | 'ignoreDependencies' | 'expectedVersion'>;

/**
 * Changes a task. Absent fields stay, null clears. A new status, project or owner puts it at the end of its new column;
 * a new project removes it from its deliverable and its parent, and its subtasks follow it. Throws NOT_FOUND,
 * STALE_VERSION, and INVALID_STATE if a project's task would become PERSONAL, move to a project that accepts no new
 * work, or be finished before its dependencies.
 */
export async function updateTask(tx: TenantTx, viewer: Viewer, raw: UpdateTaskInput): Promise<{ id: string }> {
  requireTaskWriter(viewer);
  const { id, ignoreDependencies, expectedVersion, ...patch } = checkInput(input, raw);
  const current = await (mayMove(patch) ? lockTaskAndBoard(tx, viewer, id, patch) : lockTask(tx, viewer, id));
  requireVersion(current, expectedVersion, 'Task');
  const next = { ...current, ...defined(patch) };
  checkChange(current, next);
  await checkFinishing(tx, current, next.status, ignoreDependencies);
  const kept = keptReferences(current, next, patch);
  if (patch.parentId) await requirePlaceUnder(tx, viewer, next, patch.parentId);
  const require = taskRequirements(viewer, patch, next, current);
  const place = { ...seriesOf(patch, current), ...(await newPlace(tx, current, next)) };
  const write = updateOf(tasks, current, { ...patch, ...kept, ...place }, uniqueTaskFields);
  if (write) {
    const event = { action: 'task.updated', resourceType: 'Task', resourceId: id, ...write.changes };
    await change(tx, viewer, { require, write, event });
    await moveSubtasks(tx, viewer, current, next);
    await recur(tx, viewer, current, { ...next, ...kept, ...place });
  } else checkAtCommit(tx, viewer, require);
  return { id };
}

/** Whether a change may put the task into another column, or under another task: both need the locks of boards. */
export const mayMove = ({
  status,
  projectId,
  assigneeId,
  parentId,
}: Pick<UpdateTaskInput, 'status' | 'projectId' | 'assigneeId' | 'parentId'>) =>
  [status, projectId, assigneeId, parentId].some((value) => value !== undefined);

function defined(patch: Patch): Partial<TaskRow> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function checkChange(current: TaskRow, next: TaskRow): void {
  checkOwnership(next);
  checkPeriod(next.startDate, next.dueDate, 'input.dueDate');
  if (next.type === 'PERSONAL' && current.type !== 'PERSONAL') {
    throw new AppError('INVALID_STATE', 'A task of a project cannot become PERSONAL', { field: 'input.type' });
  }
}

/**
 * A deliverable belongs to one project, and subtasks stay on the board of their parent: a task that leaves the project
 * or board leaves them, unless new ones are given.
 */
function keptReferences(current: TaskRow, next: TaskRow, { deliverableId, parentId }: Patch) {
  return {
    ...(deliverableId === undefined && next.projectId !== current.projectId && { deliverableId: null }),
    ...(parentId === undefined && boardName(next) !== boardName(current) && { parentId: null }),
  };
}

async function newPlace(tx: TenantTx, current: TaskRow, next: TaskRow) {
  const sameBoard = boardName(current) === boardName(boardAfter(current, next));
  if (sameBoard && current.status === next.status) return {};
  return { ...completionOf(current.status, next.status), rank: await rankAtEnd(tx, next, next.status) };
}
