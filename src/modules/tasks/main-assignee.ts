import { and, eq } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import { recordMembersGone } from './record-members-gone.ts';
import { taskMembers } from './tables.ts';

/** A person who becomes the main assignee of a task is no longer one of the others. */
onEvent('task.updated', async (tx, viewer, { resourceId, after }) => {
  if (typeof after?.assigneeId !== 'string') return;
  const gone = await tx
    .delete(taskMembers)
    .where(
      and(
        eq(taskMembers.taskId, resourceId),
        eq(taskMembers.profileId, after.assigneeId),
        eq(taskMembers.role, 'ASSIGNEE'),
      ),
    )
    .returning();
  await recordMembersGone(tx, viewer, gone);
});
