import { eq } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import { endTimers } from './end-timers.ts';
import { runningTimers } from './tables.ts';

/** Stops the timer of a person who leaves: nobody else would. */
onEvent('profile.left', async (tx, viewer, { resourceId }) => {
  await endTimers(tx, viewer, eq(runningTimers.profileId, resourceId));
});
