import type { AggregateSpec } from '../../graphql/declare/aggregate/aggregate-spec.ts';

/** The usual keys to group time entries by. */
export const timeEntryKeys: AggregateSpec = {
  groupBy: {
    PROJECT: { description: 'By project.', key: { project: { id: true } } },
    PROFILE: { description: 'By person.', key: { profile: { id: true } } },
    TASK: { description: 'By task; one group for entries without.', key: { task: { id: true } } },
    DAY: { description: 'By day.', key: { workDate: 'DAY' } },
    WEEK: { description: 'By week, which begins on the day set in `tenantSettings`.', key: { workDate: 'WEEK' } },
    MONTH: { description: 'By calendar month.', key: { workDate: 'MONTH' } },
    YEAR: { description: 'By calendar year.', key: { workDate: 'YEAR' } },
    STATUS: { description: 'By status of the review.', key: { status: true } },
    BILLABLE: { description: 'By whether they can be billed.', key: { billable: true } },
    SOURCE: { description: 'By the tool that they came from.', key: { source: true } },
  },
  keys: {
    day: { description: 'The day.', day: 'workDate', unit: 'DAY' },
    week: { description: 'First day of the week.', day: 'workDate', unit: 'WEEK' },
    month: { description: 'First day of the month.', day: 'workDate', unit: 'MONTH' },
    year: { description: 'First day of the year.', day: 'workDate', unit: 'YEAR' },
  },
  number: 'hours',
};
