import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { toDayNumber } from '../../lib/days.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { calendarDays, type CalendarDay as Day, type WorkCalendar } from '../calendars/work-days.ts';
import { calendarsOf } from './calendars-of.ts';
import { Profile } from './profile.ts';
import { visiblePerson } from './visible-person.ts';

/** Three years with a leap day. */
const longestPeriod = 1_096;

/** The days of a period in the calendar of a person; without a person, in the default calendar. */
export interface PeriodOfPerson {
  profileId: string | null;
  calendar: WorkCalendar;
  days: readonly Day[];
}

const CalendarDay = builder.objectRef<Day>('CalendarDay').implement({
  description: 'A day of a work calendar.',
  fields: (t) => ({
    day: t.expose('day', { type: 'LocalDate', description: 'The day.' }),
    isWorkingDay: t.exposeBoolean('isWorkingDay', { description: 'Whether people work on it.' }),
    holiday: t.exposeString('holiday', { nullable: true, description: 'The name of the holiday; null if it is none.' }),
  }),
});

export const WorkingDays = builder.objectRef<PeriodOfPerson>('WorkingDays').implement({
  description: 'The days of a period in a work calendar.',
  fields: (t) => ({
    count: t.int({
      description: 'Number of working days.',
      resolve: ({ days }) => days.filter(({ isWorkingDay }) => isWorkingDay).length,
    }),
    hoursPerDay: t.field({
      type: 'Decimal',
      description: 'Hours of a working day.',
      resolve: ({ calendar }) => calendar.hoursPerDay,
    }),
    days: t.field({ type: [CalendarDay], description: 'Every day, in order.', resolve: ({ days }) => [...days] }),
  }),
});

builder.queryField('workingDays', (t) =>
  t.field({
    type: WorkingDays,
    authScopes: { permission: 'people:read' },
    description:
      'The working days of a period in the calendar of a person, or in the default one. Not for the role CLIENT.',
    args: {
      from: t.arg({ type: 'LocalDate', required: true, description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', required: true, description: `Last day: at most ${longestPeriod} days in all.` }),
      profileId: t.arg.globalID({ for: Profile, description: 'The person; the default calendar without one.' }),
    },
    complexity: 20,
    resolve: async (_root, { from, to, profileId }, ctx) => {
      if (ctx.viewer.role === 'CLIENT') throw new AppError('FORBIDDEN', 'A CLIENT sees no calendars');
      if (to < from) throw badInput(`must not be before ${from}`, 'to');
      if (toDayNumber(to) - toDayNumber(from) >= longestPeriod)
        throw badInput(`must be less than ${longestPeriod} days after ${from}`, 'to');
      const { calendar, ...person } = await calendarFor(ctx, profileId?.id);
      return { ...person, calendar, days: calendarDays(calendar, from, to) };
    },
  }),
);

/** The calendar of a person whom the viewer sees, or the default one. Throws NOT_FOUND. */
async function calendarFor({ db }: Context, id: string | undefined): Promise<Omit<PeriodOfPerson, 'days'>> {
  if (id === undefined) return { profileId: null, calendar: (await calendarsOf(db, []))('') };
  const profileId = await visiblePerson(db, id);
  return { profileId, calendar: (await calendarsOf(db, [profileId]))(profileId) };
}
