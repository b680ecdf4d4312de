import { asc, eq } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import { requireOpenDays } from './closed-weeks.ts';
import { lockDays, requireDayRoom } from './day-limit.ts';
import { timeEntries } from './tables.ts';

/**
 * The hours that come back with a project must fit into their days, which people may have filled meanwhile, and not
 * into weeks that were submitted or approved.
 */
onEvent('project.restored', async (tx, _viewer, { resourceId }) => {
  const restored = eq(timeEntries.projectId, resourceId);
  const days = await tx
    .selectDistinct({ profileId: timeEntries.profileId, workDate: timeEntries.workDate })
    .from(timeEntries)
    .where(restored)
    .orderBy(asc(timeEntries.profileId), asc(timeEntries.workDate));
  const people = [...new Set(days.map(({ profileId }) => profileId))];
  for (const profileId of people) lockDays(tx, profileId);
  for (const profileId of people) {
    const restoredDays = days.flatMap((day) => (day.profileId === profileId ? [day.workDate] : []));
    await requireOpenDays(tx, profileId, restoredDays, 'input.id');
    const added = restoredDays.map((workDate) => ({ workDate, hours: '0' }));
    await requireDayRoom(tx, profileId, added, { timeZone: tx.timeZone, field: 'input.id' });
  }
});
