import { sql } from 'drizzle-orm';
import { boolean, check, date, numeric, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import {
  externalReference,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  uniqueWithoutCase,
  version,
} from '../../lib/columns.ts';

export const publicHolidayRegions = ['NONE', 'FRANCE', 'ALSACE_MOSELLE'] as const;

/** The days and hours on which people work. The default one applies to everybody without a calendar of their own. */
export const workCalendars = table(
  'work_calendars',
  {
    id: primaryId(),
    name: label().notNull(),
    /** Names of `weekdays` in the order of the week. */
    workingDays: text().array().notNull(),
    hoursPerDay: numeric({ precision: 4, scale: 2 }).notNull().default('8'),
    publicHolidays: text({ enum: publicHolidayRegions }).notNull().default('FRANCE'),
    /** Whether Good Friday is a holiday in ALSACE_MOSELLE: only in communes with a Protestant or a mixed church. */
    goodFriday: boolean().notNull().default(true),
    isDefault: boolean().notNull().default(false),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueWithoutCase('work_calendars_name_key', t.name),
    // At most one row is the default
    uniqueIndex('work_calendars_default').on(sql`(true)`).where(sql`${t.isDefault}`),
    uniqueIndex('work_calendars_external_reference').on(t.externalReference),
    check('work_calendars_hours', sql`${t.hoursPerDay} > 0 and ${t.hoursPerDay} <= 24`),
    check('work_calendars_public_holidays', oneOf(t.publicHolidays, publicHolidayRegions)),
  ],
);

/** A day on which nobody works, in addition to the public holidays of the calendar. */
export const calendarHolidays = table(
  'calendar_holidays',
  {
    id: primaryId(),
    calendarId: uuid()
      .notNull()
      .references(() => workCalendars.id, { onDelete: 'cascade' }),
    day: date().notNull(),
    name: label().notNull(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('calendar_holidays_day').on(t.calendarId, t.day),
    uniqueIndex('calendar_holidays_external_reference').on(t.externalReference),
  ],
);
