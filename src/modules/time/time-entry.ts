import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { readableTime } from './policy.ts';
import { timeEntryKeys } from './time-entry-keys.ts';
import { TimeEntryStatus } from './time-entry-status.ts';

/** Only the read half: the mutations lock a person's day, whose limit depends on all of its entries. */
export const TimeEntry = defineResource('timeEntries', {
  name: 'TimeEntry',
  nouns: 'time entries',
  description: 'Work that a person did on a project on one day.',
  read: readableTime,
  fields: {
    project: {
      description: 'The project; null if you may not see it.',
      listDescription: 'The work done on this project.',
    },
    task: {
      description: 'The task of that project; null if there is none.',
      listDescription: 'The work done on this task.',
    },
    profile: {
      description: 'The person who worked; null if you may not see them.',
      listDescription: 'The work that this person did.',
    },
    workDate: 'The day of the work.',
    hours: 'Hours worked, exact to two digits.',
    startedAt: 'When the work began, if that is known.',
    endedAt: 'When the work ended, if that is known.',
    description: { description: 'What was done.', filtered: true, sorted: true, personal: workText('profileId') },
    billable: 'Whether the client can be billed for it.',
    status: { description: 'The status of its review.', values: TimeEntryStatus },
    reviewer: 'The person who validated or rejected it.',
    reviewedAt: { description: 'When it was reviewed.', sorted: false },
    reviewNote: { description: 'The reviewer’s note.', personal: workText('profileId') },
    source: {
      description: 'The tool that it came from; `import:<name>` if it was imported, null if entered here.',
      filtered: true,
      sorted: false,
      personal: false,
    },
    createdAt: 'When it was recorded.',
  },
  list: 'The work that people of the organization recorded.',
  aggregate: timeEntryKeys,
});
