import { idsOf } from '../../access/each-row.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { errorPolicy, rowResults } from '../../graphql/declare/bulk.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { createTimeEntries, mostNewEntries } from './create-time-entries.ts';
import { TimeEntry } from './time-entry.ts';
import { newTimeEntryFields } from './time-entry-mutations.ts';

const NewTimeEntry = builder.inputType('NewTimeEntryInput', {
  description: 'Work on a day to record.',
  fields: newTimeEntryFields,
});

defineMutation('createTimeEntries', {
  description: `Records 1 to ${mostNewEntries} entries, in order: your own with time:write-own, anybody’s with time:write-all.`,
  input: (t) => ({
    timeEntries: t.field({ type: [NewTimeEntry], required: true, description: 'The entries.' }),
    errorPolicy: errorPolicy(t),
  }),
  run: async (ctx, input) => ({ outcomes: await createTimeEntries(ctx.tx, ctx.viewer, input as never) }),
  payload: (t) => ({
    timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ outcomes }) => idsOf(outcomes)),
    results: rowResults(t, 'TimeEntry', ({ outcomes }) => outcomes),
  }),
});
