import { and, asc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { later } from '../../lib/clock.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { findClosedDays } from './closed-weeks.ts';
import { lockDays } from './day-limit.ts';
import { recordDays } from './record-days.ts';
import { hoursOfDay, longestTimerMs, splitDays } from './split-days.ts';
import { runningTimers, timeEntries } from './tables.ts';

type Timer = typeof runningTimers.$inferSelect;

/**
 * Stops timers that must not continue, and records their time. Nobody can be asked, so it records at most the hours
 * that are left on each day, for at most 31 days. Returns the number of timers.
 */
export async function endTimers(tx: TenantTx, viewer: Viewer | null, which: SQL): Promise<number> {
  const found = await tx
    .select({ profileId: runningTimers.profileId })
    .from(runningTimers)
    .where(which)
    .orderBy(asc(runningTimers.profileId));
  for (const { profileId } of found) lockDays(tx, profileId);
  const timers = await tx.delete(runningTimers).where(which).returning();
  for (const timer of timers) await endTimer(tx, viewer, timer);
  return timers.length;
}

async function endTimer(tx: TenantTx, viewer: Viewer | null, timer: Timer): Promise<void> {
  const longest = later(timer.startedAt, longestTimerMs);
  const now = new Date();
  const stoppedAt = longest < now ? longest : now;
  const { id, startedAt } = timer;
  const days = startedAt < stoppedAt ? splitDays(tx.timeZone, startedAt, stoppedAt) : [];
  const timeEntryIds = await recordDays(tx, viewer, timer, await withinDayLimit(tx, timer.profileId, days));
  await recordEvent(tx, viewer, {
    action: 'runningTimer.stopped',
    resourceType: 'RunningTimer',
    resourceId: id,
    before: timer,
    metadata: { startedAt, stoppedAt, timeEntryIds },
  });
}

/** Reduces the hours of each day to those that the day has left; omits days that are full or in a closed week. */
async function withinDayLimit(tx: TenantTx, profileId: string, days: readonly { workDate: string; hours: string }[]) {
  if (days.length === 0) return [];
  const workDates = days.map(({ workDate }) => workDate);
  const recorded = await recordedHours(tx, profileId, workDates);
  const closed = await findClosedDays(tx, profileId, workDates);
  return days.flatMap(({ workDate, hours }) => {
    if (closed.has(workDate)) return [];
    const room = hoursOfDay(tx.timeZone, workDate) - (recorded.get(workDate) ?? 0);
    const fit = Math.min(Number(hours), Math.max(room, 0));
    return fit > 0 ? [{ workDate, hours: fit.toFixed(2) }] : [];
  });
}

async function recordedHours(tx: TenantTx, profileId: string, days: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .select({ workDate: timeEntries.workDate, hours: sql`sum(${timeEntries.hours})`.mapWith(Number) })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.profileId, profileId),
        inArray(timeEntries.workDate, [...days]),
        ne(timeEntries.status, 'REJECTED'),
      ),
    )
    .groupBy(timeEntries.workDate);
  return new Map(rows.map(({ workDate, hours }) => [workDate, hours]));
}
