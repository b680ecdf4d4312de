import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { insertionOf, updateOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { dayField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { staffRule } from '../projects/staff.ts';
import { readSettings } from '../settings/read-settings.ts';
import { lockDays } from './day-limit.ts';
import { lockTimesheet, requireStatus, whichTimesheet } from './lock-timesheet.ts';
import { requireTimeWriter } from './policy.ts';
import { timesheets } from './tables.ts';
import { timesheetEvent } from './timesheet-event.ts';
import { weekStartOf } from './week-of.ts';

const input = z.object({ profileId: uuidField.nullish(), day: dayField });

/**
 * Submits the week that contains a day: the viewer's own, or with time:write-all anybody's. Throws INVALID_STATE if it
 * is approved or locked, or if it overlaps a timesheet from the time when weeks began on another day.
 */
export async function submitTimesheet(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { day, profileId: given } = checkInput(input, raw);
  const profileId = given ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  lockDays(tx, profileId);
  const current = await findWeek(tx, profileId, day);
  const submitted = { status: 'SUBMITTED', submittedAt: new Date() } as const;
  if (current) {
    const { id } = current;
    if (current.status === 'SUBMITTED') return { id };
    requireStatus(current, ['DRAFT', 'REJECTED'], 'input.day');
    const write = updateOf(timesheets, current, {
      ...submitted,
      reviewerId: null,
      reviewedAt: null,
      reviewNote: null,
    })!;
    await change(tx, viewer, { write, event: timesheetEvent('submitted', id, write.changes) });
    return { id };
  }
  const { weekStartsOn } = await readSettings(tx);
  const weekStart = weekStartOf(day, weekStartsOn);
  const id = uuidv7();
  const row = { id, profileId, weekStart, ...submitted };
  await requireNoOverlap(tx, profileId, weekStart);
  await change(tx, viewer, {
    require: {
      references: [{ table: profiles, id: profileId, typename: 'Profile', field: 'input.profileId' }],
      rules: staffRule(profileId, 'input.profileId', { day: { workDate: weekStart, timeZone: tx.timeZone } }),
    },
    write: insertionOf(timesheets, row),
    event: timesheetEvent('submitted', id, { after: row }),
  });
  return { id };
}

const recallInput = z.object(whichTimesheet);

/** Takes back a submitted week, so that its time can change. Throws NOT_FOUND, FORBIDDEN, INVALID_STATE. */
export async function recallTimesheet(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof recallInput>,
): Promise<{ id: string }> {
  const current = await lockTimesheet(tx, viewer, checkInput(recallInput, raw), {
    from: 'SUBMITTED',
    to: 'DRAFT',
  });
  requireTimeWriter(viewer, current.profileId);
  if (current.status === 'DRAFT') return { id: current.id };
  const write = updateOf(timesheets, current, { status: 'DRAFT' })!;
  await change(tx, viewer, { write, event: timesheetEvent('recalled', current.id, write.changes) });
  return { id: current.id };
}

async function findWeek(tx: TenantTx, profileId: string, day: string) {
  const [row] = await tx
    .select()
    .from(timesheets)
    .where(
      and(
        eq(timesheets.profileId, profileId),
        sql`${day}::date between ${timesheets.weekStart} and ${timesheets.weekStart} + 6`,
      ),
    )
    .for('no key update');
  return row;
}

async function requireNoOverlap(tx: TenantTx, profileId: string, weekStart: string): Promise<void> {
  const [other] = await tx
    .select({ weekStart: timesheets.weekStart })
    .from(timesheets)
    .where(
      and(
        eq(timesheets.profileId, profileId),
        sql`${timesheets.weekStart} between ${weekStart}::date - 6 and ${weekStart}::date + 6`,
      ),
    );
  if (!other) return;
  throw new AppError('INVALID_STATE', `This week overlaps the timesheet that starts on ${other.weekStart}`, {
    field: 'input.day',
    weekStart: other.weekStart,
  });
}
