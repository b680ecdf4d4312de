import { eq } from 'drizzle-orm';
import { warn } from '../../tenancy/change-warnings.ts';
import { onEvent } from '../events/handlers.ts';
import { endTimers } from './end-timers.ts';
import { runningTimers } from './tables.ts';

/** Stops the running timers of a project that is completed or suspended. */
onEvent('project.updated', async (tx, viewer, { resourceId, after }) => {
  if (after?.status !== 'COMPLETED' && after?.status !== 'SUSPENDED') return;
  const count = await endTimers(tx, viewer, eq(runningTimers.projectId, resourceId));
  if (count === 0) return;
  const message = count === 1 ? 'One timer was stopped' : `${count} timers were stopped`;
  warn(tx, { code: 'TIMERS_STOPPED', message, count });
});
