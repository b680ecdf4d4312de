import { and, asc, eq, ne } from 'drizzle-orm';
import { onEvent } from '../events/handlers.ts';
import { lockDays, requireDayRoom } from './day-limit.ts';
import { timeEntries } from './tables.ts';

/** The hours that come back with a project must fit into their days, which people may have filled meanwhile. */
onEvent('project.restored', async (tx, _viewer, { resourceId }) => {
  const restored = and(eq(timeEntries.projectId, resourceId), ne(timeEntries.status, 'REJECTED'));
  const days = await tx
    .selectDistinct({ profileId: timeEntries.profileId, workDate: timeEntries.workDate })
    .from(timeEntries)
    .where(restored)
    .orderBy(asc(timeEntries.profileId), asc(timeEntries.workDate));
  const people = [...new Set(days.map(({ profileId }) => profileId))];
  for (const profileId of people) lockDays(tx, profileId);
  for (const profileId of people) {
    const added = days.flatMap((day) => (day.profileId === profileId ? [{ workDate: day.workDate, hours: '0' }] : []));
    await requireDayRoom(tx, profileId, added, { timeZone: tx.timeZone, field: 'input.id' });
  }
});
