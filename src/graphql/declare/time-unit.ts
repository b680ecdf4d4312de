import { builder } from './builder.ts';

export const TimeUnit = builder.enumType('TimeUnit', {
  description: 'A period by which days and instants are grouped and filtered, in the time zone of the organization.',
  values: {
    DAY: { description: 'A day.' },
    WEEK: { description: 'A week, which begins on the day set in `tenantSettings`.' },
    MONTH: { description: 'A calendar month.' },
    QUARTER: { description: 'A calendar quarter.' },
    YEAR: { description: 'A calendar year.' },
  } as const,
});
