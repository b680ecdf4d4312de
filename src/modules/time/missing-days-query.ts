import { builder } from '../../graphql/declare/builder.ts';
import { toDayNumber } from '../../lib/days.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { seesLeaveOf } from '../leave/sees-leave.ts';
import { Profile } from '../people/profile.ts';
import { visiblePerson } from '../people/visible-person.ts';
import { findMissingDays, type MissingDay as Shape } from './missing-days.ts';
import { requireTimeReader } from './policy.ts';

const longestPeriod = 366;
const hours = (hundredths: number): string => (hundredths / 100).toFixed(2);

const MissingDay = builder.objectRef<Shape>('MissingDay').implement({
  description: 'A working day of a person with too few hours.',
  fields: (t) => ({
    day: t.expose('day', { type: 'LocalDate', description: 'The day.' }),
    expected: t.field({
      type: 'Decimal',
      description: 'Hours of a working day, less the part that approved leave takes.',
      resolve: ({ expected }) => hours(expected),
    }),
    recorded: t.field({
      type: 'Decimal',
      description: 'Hours recorded, without rejected ones.',
      resolve: ({ recorded }) => hours(recorded),
    }),
    missing: t.field({
      type: 'Decimal',
      description: 'The hours that are missing.',
      resolve: ({ expected, recorded }) => hours(expected - recorded),
    }),
  }),
});

builder.queryField('missingDays', (t) =>
  t.field({
    type: [MissingDay],
    authScopes: { reads: 'timeEntries' },
    description:
      'The working days of a person on which hours are missing, in order, by their calendar and approved leave: yours, ' +
      'those of your reports with time:read-all, and anybody’s with leave:manage too.',
    args: {
      profileId: t.arg.globalID({ for: Profile, description: 'The person; you by default.' }),
      from: t.arg({ type: 'LocalDate', required: true, description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', required: true, description: `Last day: at most ${longestPeriod} days in all.` }),
    },
    complexity: { field: 20, multiplier: 20 },
    resolve: async (_root, { profileId: given, from, to }, ctx) => {
      if (to < from) throw badInput(`must not be before ${from}`, 'to');
      if (toDayNumber(to) - toDayNumber(from) >= longestPeriod)
        throw badInput(`must be less than ${longestPeriod} days after ${from}`, 'to');
      const profileId = given ? await visiblePerson(ctx.db, given.id) : ctx.viewer.profileId;
      requireTimeReader(ctx.viewer, profileId);
      if (!(await seesLeaveOf(ctx, profileId)))
        throw new AppError('FORBIDDEN', 'You may not see the leave of this person, on which the expected hours depend');
      return findMissingDays(ctx.db, { profileId, from, to, timeZone: ctx.tenant.timeZone });
    },
  }),
);
