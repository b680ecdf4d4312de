import { builder } from '../../graphql/declare/builder.ts';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { type CopiedWeek, copyWeek, mostCopied } from './copy-week.ts';
import { TimeEntry } from './time-entry.ts';

const SkippedTimeEntry = builder.objectRef<CopiedWeek['skipped'][number]>('SkippedTimeEntry').implement({
  description: 'A time entry that could not be copied, and why.',
  fields: (t) => ({
    id: t.id({ description: 'The entry.', resolve: ({ id }) => encodeGlobalId('TimeEntry', id) }),
    code: t.exposeString('code', { description: 'The error code.' }),
    message: t.exposeString('message', { description: 'The error message.' }),
  }),
});

defineMutation('copyWeek', {
  description:
    `Copies the work of a week, at most ${mostCopied} entries, to the same weekdays of another week, as pending ` +
    'entries without times. Leaves out rejected entries and those that the other week has already. Your own with ' +
    'time:write-own, anybody’s with time:write-all.',
  input: (t) => ({
    profileId: t.globalID({ for: Profile, description: 'The person; you by default.' }),
    from: t.field({ type: 'LocalDate', required: true, description: 'A day of the week to copy.' }),
    to: t.field({ type: 'LocalDate', required: true, description: 'A day of the week to copy it to.' }),
  }),
  run: (ctx, input) => copyWeek(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ ids }) => ids),
    skipped: t.field({
      type: [SkippedTimeEntry],
      description: 'The entries that could not be copied, for example because their project is closed.',
      resolve: ({ skipped }) => skipped,
    }),
  }),
});
