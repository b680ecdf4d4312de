import { builder } from '../../graphql/declare/builder.ts';
import type { timeEntryStatuses } from './tables.ts';

export const TimeEntryStatus = builder.enumType('TimeEntryStatus', {
  description: 'The status of a time entry’s review.',
  values: {
    PENDING: { description: 'Not reviewed yet; its author may still change it.' },
    VALIDATED: { description: 'Accepted: it cannot change unless it is reopened.' },
    REJECTED: { description: 'Sent back: a change by its author makes it PENDING again.' },
  } satisfies Record<(typeof timeEntryStatuses)[number], { description: string }>,
});
