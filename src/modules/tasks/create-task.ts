import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { nameField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw, withoutNulls } from '../../lib/input.ts';
import { checkPeriod } from '../../lib/period.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { lockBoards, rankAtEnd } from './board.ts';
import { completionOf } from './completion.ts';
import type { TaskRow } from './lock-task.ts';
import { requireTaskWriter } from './policy.ts';
import { taskRequirements } from './references.ts';
import { seriesOf } from './series.ts';
import { requirePlaceUnder } from './subtasks.ts';
import { tasks, uniqueTaskFields } from './tables.ts';
import { checkOwnership, taskFields } from './task-input.ts';

const input = z.object({ ...taskFields, name: nameField });

export type CreateTaskInput = Raw<typeof input>;

/**
 * Adds a task at the end of its column. It is PROJECT if a project is given, otherwise PERSONAL and owned by the viewer
 * unless another person is named; a subtask gets type and project from its parent. Throws NOT_FOUND for a referenced
 * object, INVALID_STATE for a project that accepts no new work, ALREADY_EXISTS for the external reference.
 */
export async function createTask(tx: TenantTx, viewer: Viewer, raw: CreateTaskInput): Promise<{ id: string }> {
  requireTaskWriter(viewer);
  const given = checkInput(input, withoutNulls(raw));
  const parent = given.parentId && (await getVisible(tx, viewer, tasks, given.parentId, 'Task', 'input.parentId'));
  const ownership = ownershipOf(viewer, given, parent || undefined);
  const values = { ...given, ...ownership, ...completionOf(undefined, given.status ?? 'TODO') };
  checkOwnership(values);
  checkPeriod(values.startDate, values.dueDate, 'input.dueDate');
  lockBoards(tx, [values]);
  const series = seriesOf(values);
  const rank = await rankAtEnd(tx, values, values.status);
  const id = uuidv7();
  if (values.parentId) await requirePlaceUnder(tx, viewer, { ...values, id }, values.parentId);
  const row = { id, ...values, ...series, rank, creatorId: viewer.profileId };
  await change(tx, viewer, {
    require: taskRequirements(viewer, values, values),
    write: insertionOf(tasks, row, uniqueTaskFields),
    event: { action: 'task.created', resourceType: 'Task', resourceId: id, after: row },
  });
  return { id };
}

/** Type, project and assignee of a new task: the given values, and defaults for the others. */
export function ownershipOf(
  viewer: Viewer,
  { type, projectId, assigneeId }: Pick<CreateTaskInput, 'type' | 'projectId' | 'assigneeId'>,
  parent?: Pick<TaskRow, 'type' | 'projectId' | 'assigneeId'>,
) {
  if (parent && !type && !projectId) {
    const owner = parent.type === 'PERSONAL' ? parent.assigneeId : null;
    return { type: parent.type, projectId: parent.projectId, assigneeId: assigneeId ?? owner };
  }
  const made = type ?? (projectId ? 'PROJECT' : 'PERSONAL');
  const owner = made === 'PERSONAL' ? viewer.profileId : null;
  return { type: made, projectId: projectId ?? null, assigneeId: assigneeId ?? owner };
}
