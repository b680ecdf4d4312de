import { and, between, eq, ne, sql } from 'drizzle-orm';
import type { GuardedDb } from '../../access/guarded-db.ts';
import { dayIn } from '../../lib/days.ts';
import { workingDaysOf } from '../calendars/work-days.ts';
import { awayDays } from '../leave/away-days.ts';
import { calendarsOf } from '../people/calendars-of.ts';
import { profiles } from '../people/tables.ts';
import { timeEntries } from './tables.ts';

/** A working day with fewer hours than expected. Hours are in hundredths, which are whole numbers. */
export interface MissingDay {
  day: string;
  expected: number;
  recorded: number;
}

interface Days {
  profileId: string;
  from: string;
  to: string;
  timeZone: string;
}

const toHundredths = (hours: string): number => Math.round(Number(hours) * 100);

/**
 * The working days of a person on which fewer hours are recorded than expected: the hours of a working day, minus the
 * part that approved leave takes; none before the first and after the last day of employment. As in a timesheet, hours
 * of all projects count, also of those that the viewer does not see: the caller must check the viewer.
 */
export async function findMissingDays(db: GuardedDb, { profileId, from, to, timeZone }: Days): Promise<MissingDay[]> {
  const [person] = await db.select().from(profiles).where(eq(profiles.id, profileId));
  if (!person || person.isClient) return [];
  const calendar = (await calendarsOf(db, [profileId]))(profileId);
  const away = await awayDays(db, profileId, { from, to });
  const hours = await hoursByDay(db.unguarded, profileId, from, to);
  const lastDay = person.leftAt ? dayIn(timeZone, person.leftAt) : to;
  return workingDaysOf(calendar, from, to)
    .filter((day) => (person.employedFrom ?? from) <= day && day <= lastDay)
    .map((day) => ({
      day,
      expected: Math.round(toHundredths(calendar.hoursPerDay) * (1 - (away.get(day) ?? 0))),
      recorded: hours.get(day) ?? 0,
    }))
    .filter(({ expected, recorded }) => recorded < expected);
}

async function hoursByDay(
  db: GuardedDb['unguarded'],
  profileId: string,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .select({ day: timeEntries.workDate, hours: sql<string>`sum(${timeEntries.hours})` })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.profileId, profileId),
        between(timeEntries.workDate, from, to),
        ne(timeEntries.status, 'REJECTED'),
      ),
    )
    .groupBy(timeEntries.workDate);
  return new Map(rows.map(({ day, hours }) => [day, toHundredths(hours)]));
}
