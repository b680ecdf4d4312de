import { and, eq, ne } from 'drizzle-orm';
import { warn } from '../../tenancy/change-warnings.ts';
import { onEvent } from '../events/handlers.ts';
import { tasks } from './tables.ts';

/** A project with open tasks may be completed: a warning says how many are open. */
onEvent('project.updated', async (tx, _viewer, { resourceId, after }) => {
  if (after?.status !== 'COMPLETED') return;
  const count = await tx.$count(tasks, and(eq(tasks.projectId, resourceId), ne(tasks.status, 'DONE')));
  if (count === 0) return;
  const message = count === 1 ? 'One task is still open' : `${count} tasks are still open`;
  warn(tx, { code: 'OPEN_TASKS', message, count });
});
