import { inArray } from 'drizzle-orm';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { calendarHolidays, workCalendars } from '../calendars/tables.ts';
import type { WorkCalendar } from '../calendars/work-days.ts';
import { readSettings } from '../settings/read-settings.ts';
import { profiles } from './tables.ts';

/**
 * The calendar that applies to each person: their own, otherwise the organization's default, otherwise one made from
 * the settings and the public holidays of France. `where(undefined)` lets `db` be the guarded client, which adds its
 * rules in `where`.
 */
export async function calendarsOf(
  db: Pick<TenantDb, 'select'>,
  profileIds: readonly string[],
): Promise<(profileId: string) => WorkCalendar> {
  const own = await db
    .select({ id: profiles.id, calendarId: profiles.calendarId })
    .from(profiles)
    .where(inArray(profiles.id, [...new Set(profileIds)]));
  const calendars = await db.select().from(workCalendars).where(undefined);
  const holidays = await db.select().from(calendarHolidays).where(undefined);
  const { workingDays, hoursPerDay } = await readSettings(db);
  const whole = calendars.map((calendar) => ({
    ...calendar,
    holidays: holidays.filter(({ calendarId }) => calendarId === calendar.id),
  }));
  const byId = new Map(whole.map((calendar) => [calendar.id, calendar]));
  const byDefault: WorkCalendar = whole.find(({ isDefault }) => isDefault) ?? {
    ...{ workingDays, hoursPerDay, publicHolidays: 'FRANCE', goodFriday: true, holidays: [] },
  };
  const ofPerson = new Map(own.map(({ id, calendarId }) => [id, calendarId]));
  return (profileId) => byId.get(ofPerson.get(profileId) ?? '') ?? byDefault;
}
