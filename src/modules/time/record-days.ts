import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { type runningTimers, timeEntries } from './tables.ts';

type Timer = typeof runningTimers.$inferSelect;

/** Creates an entry for each day on which a timer ran. Returns their ids in the order of the days. */
export async function recordDays(
  tx: TenantTx,
  viewer: Viewer | null,
  { profileId, projectId, taskId, description, billable }: Timer,
  days: readonly { workDate: string; hours: string }[],
): Promise<string[]> {
  const work = { profileId, projectId, taskId, description, billable, source: 'timer' };
  // Ids created in one millisecond are unordered; sorted, they put the days in order where lists sort by id.
  const ids = days.map(() => uuidv7()).sort();
  const rows = days.map((day, index) => ({ id: ids[index]!, ...work, ...day }));
  if (rows.length === 0) return [];
  await tx.insert(timeEntries).values(rows);
  const events = rows.map((row) => ({
    action: 'timeEntry.created',
    resourceType: 'TimeEntry',
    resourceId: row.id,
    after: row,
  }));
  await recordEvents(tx, viewer, events);
  return rows.map(({ id }) => id);
}
