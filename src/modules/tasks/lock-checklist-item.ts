import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { lockTask } from './lock-task.ts';
import { checklistItems } from './tables.ts';

/** The item of a task that the viewer may see, locked after its task: whoever orders a checklist holds the task. */
export async function lockChecklistItem(tx: TenantTx, viewer: Viewer, id: string): Promise<Row<typeof checklistItems>> {
  const { taskId } = await getVisible(tx, viewer, checklistItems, id, 'ChecklistItem');
  await lockTask(tx, viewer, taskId);
  return lockVisible(tx, viewer, checklistItems, id, 'ChecklistItem');
}
