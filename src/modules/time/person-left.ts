import { eq } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import { endTimers } from './end-timers.ts';
import { runningTimers } from './tables.ts';

/** The timer of a person who leaves ends at that moment: nobody else would end it. */
onEvent('profile.left', async (tx, viewer, { resourceId }) => {
  await endTimers(tx, viewer, eq(runningTimers.profileId, resourceId));
});
