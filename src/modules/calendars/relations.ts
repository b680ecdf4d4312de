import { defineRelationsPart } from 'drizzle-orm';
import * as tables from './tables.ts';

export const calendarsRelations = defineRelationsPart(tables, (r) => ({
  workCalendars: {
    holidays: r.many.calendarHolidays({ from: r.workCalendars.id, to: r.calendarHolidays.calendarId }),
  },
  calendarHolidays: {
    calendar: r.one.workCalendars({
      from: r.calendarHolidays.calendarId,
      to: r.workCalendars.id,
      optional: false,
    }),
  },
}));
