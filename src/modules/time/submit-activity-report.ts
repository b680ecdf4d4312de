import { and, asc, between, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { insertionOf, updateOf } from '../../access/rows.ts';
import { getVisible, lockVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { dayField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change, recordEvents } from '../events/record-event.ts';
import { calendarsOf } from '../people/calendars-of.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { lockDays } from './day-limit.ts';
import { halfDaysOf } from './half-days.ts';
import { requireTimeWriter } from './policy.ts';
import { activityReportLines, activityReports, timeEntries, timesheets } from './tables.ts';

const input = z.object({ projectId: uuidField, profileId: uuidField.nullish(), day: dayField });

/** The first and the last day of the month of a day. */
function monthOf(day: string): { first: string; last: string } {
  const first = `${day.slice(0, 7)}-01`;
  const next = `${fromDayNumber(toDayNumber(first) + 31).slice(0, 7)}-01`;
  return { first, last: fromDayNumber(toDayNumber(next) - 1) };
}

/**
 * Submits the report on a person's month in a project to the client: the viewer's own, or with time:write-all
 * anybody's. All weeks of the month are APPROVED or LOCKED, so that its time cannot change; they are not reopened
 * afterwards. A report that was taken back gets new lines. Throws NOT_FOUND, and INVALID_STATE for a day in an open
 * week, for a month without validated time, and for a signed report.
 */
export async function submitActivityReport(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  const { projectId, profileId: given, day } = checkInput(input, raw);
  if (day < '0100' || day >= '9999') throw badInput('must be a day between the years 100 and 9998', 'input.day');
  const profileId = given ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  const { first, last } = monthOf(day);
  // Locked, so that its client stays
  await lockVisible(tx, viewer, projects, projectId, 'Project', 'input.projectId');
  if (given) await getVisible(tx, viewer, profiles, given, 'Profile', 'input.profileId');
  lockDays(tx, profileId);
  const current = await findReport(tx, { profileId, projectId, month: first });
  if (current?.status === 'SUBMITTED') return { id: current.id };
  if (current?.status === 'SIGNED') {
    throw new AppError('INVALID_STATE', 'This report is signed', { field: 'input.day', status: 'SIGNED' });
  }
  await requireApprovedWeeks(tx, profileId, first, last);
  const id = current?.id ?? uuidv7();
  const lines = await linesOf(tx, { id, profileId, projectId, first, last });
  if (lines.length === 0) {
    throw new AppError('INVALID_STATE', 'There is no validated time in this month', { field: 'input.day' });
  }
  const submitted = { status: 'SUBMITTED', submittedAt: new Date(), note: null } as const;
  const event = { action: 'activityReport.submitted', resourceType: 'ActivityReport', resourceId: id };
  if (current) {
    const write = updateOf(activityReports, current, submitted)!;
    await change(tx, viewer, { write, event: { ...event, ...write.changes } });
  } else {
    const row = { id, profileId, projectId, month: first, ...submitted };
    await change(tx, viewer, { write: insertionOf(activityReports, row), event: { ...event, after: row } });
  }
  await replaceLines(tx, viewer, id, lines);
  return { id };
}

async function findReport(tx: TenantTx, of: { profileId: string; projectId: string; month: string }) {
  const [row] = await tx
    .select()
    .from(activityReports)
    .where(
      and(
        eq(activityReports.profileId, of.profileId),
        eq(activityReports.projectId, of.projectId),
        eq(activityReports.month, of.month),
      ),
    )
    .for('no key update');
  return row;
}

/** Throws INVALID_STATE, with the first such day, for a day of the month whose week is not approved. */
async function requireApprovedWeeks(tx: TenantTx, profileId: string, first: string, last: string): Promise<void> {
  const [open] = await tx.execute<{ day: string }>(sql`
    select day::date::text as day from generate_series(${first}::date, ${last}::date, interval '1 day') as day
    where not exists (select 1 from ${timesheets} where ${timesheets.profileId} = ${profileId}::uuid
      and ${timesheets.status} in ('APPROVED', 'LOCKED')
      and day::date between ${timesheets.weekStart} and ${timesheets.weekStart} + 6)
    order by 1 limit 1`);
  if (!open) return;
  throw new AppError('INVALID_STATE', `The week of ${open.day} is not approved yet`, {
    ...{ field: 'input.day', day: open.day },
  });
}

interface Period {
  id: string;
  profileId: string;
  projectId: string;
  first: string;
  last: string;
}

type Line = Pick<typeof activityReportLines.$inferSelect, 'id' | 'reportId' | 'day' | 'hours' | 'halfDays'>;

/** A line for each day with validated hours. */
async function linesOf(tx: TenantTx, { id, profileId, projectId, first, last }: Period): Promise<Line[]> {
  const { hoursPerDay } = (await calendarsOf(tx, [profileId]))(profileId);
  const days = await tx
    .select({ day: timeEntries.workDate, hours: sql<string>`sum(${timeEntries.hours})::text` })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.profileId, profileId),
        eq(timeEntries.projectId, projectId),
        eq(timeEntries.status, 'VALIDATED'),
        between(timeEntries.workDate, first, last),
      ),
    )
    .groupBy(timeEntries.workDate)
    .having(sql`sum(${timeEntries.hours}) > 0`)
    .orderBy(asc(timeEntries.workDate));
  return days.map(({ day, hours }) => ({
    ...{ id: uuidv7(), reportId: id, day, hours, halfDays: halfDaysOf(hours, hoursPerDay) },
  }));
}

async function replaceLines(tx: TenantTx, viewer: Viewer, reportId: string, lines: readonly Line[]): Promise<void> {
  const gone = await tx.delete(activityReportLines).where(eq(activityReportLines.reportId, reportId)).returning();
  await tx.insert(activityReportLines).values([...lines]);
  const ofLine = (id: string) => ({ resourceType: 'ActivityReportLine', resourceId: id });
  await recordEvents(tx, viewer, [
    ...gone.map((before) => ({ action: 'activityReportLine.deleted', ...ofLine(before.id), before })),
    ...lines.map((after) => ({ action: 'activityReportLine.created', ...ofLine(after.id), after })),
  ]);
}
