import { idsOf } from '../../access/each-row.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { ErrorPolicyEnum, rowResults } from '../../graphql/declare/bulk.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changedList } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { importTimeEntries, mostEntries } from './import-time-entries.ts';
import { TimeEntry } from './time-entry.ts';
import { TimeEntryStatus } from './time-entry-status.ts';

const ImportedTimeEntry = builder.inputType('ImportedTimeEntryInput', {
  description: 'A time entry of another system.',
  fields: (t) => ({
    profileId: t.globalID({ for: Profile, required: true, description: 'The person who worked.' }),
    projectId: t.globalID({ for: Project, required: true, description: 'The project.' }),
    taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
    workDate: t.field({ type: 'LocalDate', required: true, description: 'The day.' }),
    hours: t.field({
      type: 'Decimal',
      required: true,
      description: 'The hours, with at most two digits after the point.',
    }),
    description: t.string({ description: 'What was done.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it; true by default.' }),
    status: t.field({
      type: TimeEntryStatus,
      description: 'The status of its review in that system; PENDING by default.',
    }),
    externalReference: t.string({ description: 'The key of the entry in that system; unique.' }),
  }),
});

defineMutation('importTimeEntries', {
  description:
    'Imports time entries of another system, exempt from the length of a day. An entry whose external reference is ' +
    'already known stays unchanged. Needs import:run.',
  permission: 'import:run',
  input: (t) => ({
    source: t.string({
      required: true,
      description: 'Name of the system; the source of the entries becomes `import:<name>`.',
    }),
    entries: t.field({ type: [ImportedTimeEntry], required: true, description: `The entries, 1 to ${mostEntries}.` }),
    errorPolicy: t.field({
      type: ErrorPolicyEnum,
      required: true,
      defaultValue: 'REJECT_EVERYTHING' as const,
      description: 'What happens to the other rows if some fail.',
    }),
  }),
  run: async (ctx, input) => ({ outcomes: await importTimeEntries(ctx.tx, ctx.viewer, input) }),
  payload: (t) => ({
    timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ outcomes }) => idsOf(outcomes)),
    results: rowResults(t, 'TimeEntry', ({ outcomes }) => outcomes),
  }),
});
