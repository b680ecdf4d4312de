import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Viewer } from '../../identity/viewer.ts';
import { later } from '../../lib/clock.ts';
import { badInput, notFound } from '../../lib/errors.ts';
import { textField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireOpenDays } from './closed-weeks.ts';
import { lockDays, requireDayRoom } from './day-limit.ts';
import { requireTimeWriter } from './policy.ts';
import { recordDays } from './record-days.ts';
import { longestTimerDays, longestTimerMs, splitDays } from './split-days.ts';
import { runningTimers } from './tables.ts';

const input = z.object({
  profileId: uuidField.nullish(),
  stoppedAt: z.date().nullish(),
  description: textField.nullish(),
});

type Timer = typeof runningTimers.$inferSelect;

/**
 * Stops the viewer's timer or, with time:write-all, another person's, now or at an earlier time. Records its time as
 * one entry for each day of the tenant's time zone. Throws NOT_FOUND if it is not running, BAD_INPUT if it ran for more
 * than 31 days, DAY_LIMIT above the hours of a day.
 */
export async function stopTimer(
  tx: TenantTx,
  viewer: Viewer,
  timeZone: string,
  raw: Raw<typeof input>,
): Promise<{ id: string; timeEntryIds: string[] }> {
  const { stoppedAt, description, ...whose } = checkInput(input, raw);
  const profileId = whose.profileId ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  lockDays(tx, profileId);
  const timer = await takeTimer(tx, profileId);
  const end = stoppedAt ?? new Date();
  if (end < timer.startedAt) throw badInput('must not be before the timer was started', 'input.stoppedAt');
  if (end.getTime() > Date.now()) throw badInput('must not be in the future', 'input.stoppedAt');
  if (end > later(timer.startedAt, longestTimerMs)) {
    throw badInput(
      `must be at most ${longestTimerDays} days after the start; otherwise discard the timer`,
      'input.stoppedAt',
    );
  }
  const days = splitDays(timeZone, timer.startedAt, end);
  const workDates = days.map(({ workDate }) => workDate);
  await requireOpenDays(tx, profileId, workDates, 'input.stoppedAt');
  await requireDayRoom(tx, profileId, days, { timeZone, field: 'input.stoppedAt' });
  const timeEntryIds = await recordDays(tx, viewer, { ...timer, description: description ?? timer.description }, days);
  const { id, startedAt } = timer;
  await recordEvent(tx, viewer, {
    action: 'runningTimer.stopped',
    resourceType: 'RunningTimer',
    resourceId: id,
    before: timer,
    metadata: { startedAt, stoppedAt: end, timeEntryIds },
  });
  return { id, timeEntryIds };
}

/**
 * Discards a running timer, the viewer's or another person's, without recording its time. Throws NOT_FOUND, FORBIDDEN.
 */
export async function discardTimer(
  tx: TenantTx,
  viewer: Viewer,
  raw: { id?: string | null | undefined; profileId?: string | null | undefined },
): Promise<{ id: string }> {
  const profileId = raw.profileId ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  const before = await takeTimer(tx, profileId);
  const { id } = before;
  if (raw.id && raw.id !== id) throw notFound('RunningTimer', 'input.id');
  await recordEvent(tx, viewer, {
    action: 'runningTimer.discarded',
    resourceType: 'RunningTimer',
    resourceId: id,
    before,
  });
  return { id };
}

/** Deletes and returns the timer. If two requests stop it at once, one gets it. */
async function takeTimer(tx: TenantTx, profileId: string): Promise<Timer> {
  const [timer] = await tx.delete(runningTimers).where(eq(runningTimers.profileId, profileId)).returning();
  if (!timer) throw notFound('RunningTimer');
  return timer;
}
