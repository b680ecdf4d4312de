import { sql } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import type { EventMetadata } from '../events/tables.ts';
import { taskMembers, tasks } from '../tasks/tables.ts';
import { aboutId, defineNotification, givenPeople } from './notify.ts';

const name = sql`(select ${tasks.name} from ${tasks} where ${tasks.id} = ${aboutId})`;

const notifyAssignee = defineNotification({
  event: 'task.assigned',
  type: 'TASK_ASSIGNED',
  title: 'A task was assigned to you',
  about: 'aboutTaskId',
  message: name,
  recipients: givenPeople,
});

const notifyOfCompletion = defineNotification({
  event: 'task.completed',
  type: 'TASK_COMPLETED',
  title: 'A task was finished',
  about: 'aboutTaskId',
  message: name,
  recipients: sql`select ${tasks.creatorId} from ${tasks} where ${tasks.id} = ${aboutId}
    union select ${tasks.assigneeId} from ${tasks} where ${tasks.id} = ${aboutId}
    union select ${taskMembers.profileId} from ${taskMembers} where ${taskMembers.taskId} = ${aboutId}`,
});

/** In a duplicated project people are notified of their assignment to it, not of each copied task. */
const isCopy = (metadata: EventMetadata | undefined): boolean => metadata?.duplicated === true;

for (const action of ['task.created', 'task.updated'])
  onEvent(action, async (tx, viewer, { resourceId, after, metadata }) => {
    const person = after?.assigneeId;
    if (isCopy(metadata) || typeof person !== 'string' || person === viewer?.profileId) return;
    notifyAssignee(tx, viewer, { aboutId: resourceId, people: [person] });
  });

onEvent('taskMember.created', async (tx, viewer, { after, metadata }) => {
  const { taskId, profileId, role } = after as typeof taskMembers.$inferSelect;
  if (isCopy(metadata) || role !== 'ASSIGNEE' || profileId === viewer?.profileId) return;
  notifyAssignee(tx, viewer, { aboutId: taskId, people: [profileId] });
});

for (const action of ['task.moved', 'task.updated'])
  onEvent(action, async (tx, viewer, { resourceId, after }) => {
    if (after?.status === 'DONE') notifyOfCompletion(tx, viewer, { aboutId: resourceId });
  });
