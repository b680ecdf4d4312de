import { builder } from '../../graphql/declare/builder.ts';
import { badInput } from '../../lib/errors.ts';
import { WorkCalendar } from '../calendars/work-calendar.ts';
import { rttDays } from './rtt.ts';

builder.drizzleObjectFields(WorkCalendar, (t) => ({
  rttDays: t.int({
    description:
      'Days of RTT that a yearly day contract gives in a year: the weekdays without public holidays, less the days of work and of paid leave.',
    args: {
      year: t.arg.int({ required: true, description: 'The year, 1583 to 9998.' }),
      workDays: t.arg.int({ defaultValue: 218, description: 'Days of work in the year, the solidarity day included.' }),
      paidLeave: t.arg.int({ defaultValue: 25, description: 'Days of paid leave, in jours ouvrés.' }),
    },
    select: { columns: { publicHolidays: true, goodFriday: true } },
    resolve: ({ publicHolidays, goodFriday }, { year, workDays, paidLeave }) => {
      if (year < 1583 || year > 9998) throw badInput('must be between 1583 and 9998', 'year');
      for (const [name, days] of Object.entries({ workDays, paidLeave }))
        if (days === null || days === undefined || days < 0 || days > 366)
          throw badInput('must be between 0 and 366', name);
      return rttDays(publicHolidays, year, { workDays: workDays!, paidLeave: paidLeave!, goodFriday });
    },
  }),
}));
