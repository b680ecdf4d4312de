import { defineMutation, expectedVersion, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed, changedList, deletedId } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { createTimeEntry } from './create-time-entry.ts';
import { deleteTimeEntry } from './delete-time-entry.ts';
import { reviewOptions } from './review-options.ts';
import { reviewTimeEntries, type Verdict } from './review-time-entries.ts';
import { TimeEntry } from './time-entry.ts';
import { updateTimeEntry } from './update-time-entry.ts';

const workDates = 'from the first day of the project to the end of this month, or any day with time:write-all';

export const times = (t: InputBuilder) => ({
  duration: t.string({ description: 'The hours as people write them: `1:30`, `1h30`, `90 min`, `1,5` or `1.5`.' }),
  startedAt: t.field({ type: 'DateTime', description: 'When the work began, on that day.' }),
  endedAt: t.field({ type: 'DateTime', description: 'When the work ended.' }),
});

/** The fields of a new entry. */
export const newTimeEntryFields = (t: InputBuilder) => ({
  profileId: t.globalID({ for: Profile, description: 'The person who worked; you by default.' }),
  projectId: t.globalID({ for: Project, required: true, description: 'The project.' }),
  taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
  workDate: t.field({ type: 'LocalDate', required: true, description: `The day: ${workDates}.` }),
  hours: t.field({
    type: 'Decimal',
    description:
      'The hours, with at most two digits after the point. Fails with DAY_LIMIT if the day’s total exceeds 24 hours (23 or 25 when clocks change). Required, unless `duration`, or `startedAt` and `endedAt`, are given.',
  }),
  ...times(t),
  description: t.string({ description: 'What was done.' }),
  billable: t.boolean({ description: 'Whether the client can be billed for it; true by default.' }),
  source: t.string({ description: 'The tool that it comes from.' }),
  externalReference: t.string({ description: 'Your own key of this entry; unique.' }),
});

defineMutation('createTimeEntry', {
  description: 'Records work on a day: your own with time:write-own, anybody’s with time:write-all.',
  input: newTimeEntryFields,
  run: (ctx, input) => createTimeEntry(ctx.tx, ctx.viewer, ctx.tenant.timeZone, input),
  payload: (t) => ({ timeEntry: changed(t, TimeEntry, 'timeEntries') }),
});

defineMutation('updateTimeEntry', {
  description:
    'Changes an entry that is not validated; a rejected one becomes PENDING again. Absent fields stay, null clears.',
  input: (t) => ({
    id: t.globalID({ for: TimeEntry, required: true, description: 'The entry.' }),
    projectId: t.globalID({ for: Project, description: 'The project; a new one removes the entry from its task.' }),
    taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
    workDate: t.field({ type: 'LocalDate', description: `The day: ${workDates}.` }),
    hours: t.field({
      type: 'Decimal',
      description: 'The hours. Fails with DAY_LIMIT if the day’s total exceeds 24 hours (23 or 25 when clocks change).',
    }),
    ...times(t),
    description: t.string({ description: 'What was done.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it.' }),
    externalReference: t.string({ description: 'Your own key of this entry; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateTimeEntry(ctx.tx, ctx.viewer, ctx.tenant.timeZone, input),
  payload: (t) => ({ timeEntry: changed(t, TimeEntry, 'timeEntries') }),
});

defineMutation('deleteTimeEntry', {
  description: 'Deletes an entry that is not validated.',
  input: (t) => ({
    id: t.globalID({ for: TimeEntry, required: true, description: 'The entry.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteTimeEntry(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'TimeEntry') }),
});

const reviews: Record<Verdict, { name: string; description: string }> = {
  validate: {
    name: 'validateTimeEntries',
    description: 'Accepts pending entries of other people; they can no longer change.',
  },
  reject: { name: 'rejectTimeEntries', description: 'Sends pending entries back to their authors.' },
  reopen: { name: 'reopenTimeEntries', description: 'Makes validated entries pending again.' },
};

for (const [verdict, { name, description }] of Object.entries(reviews)) {
  defineMutation(name, {
    description: `${description} All of them or none. Needs time:validate.`,
    permission: 'time:validate',
    input: (t) => ({
      ids: t.globalIDList({ for: TimeEntry, required: true, description: 'The entries, 1 to 500.' }),
      note:
        verdict === 'reject'
          ? t.string({ required: true, description: 'The reason.' })
          : t.string({ description: 'A note on the entries.' }),
    }),
    run: (ctx, input) => reviewTimeEntries(ctx.tx, ctx.viewer, verdict as Verdict, input, reviewOptions(ctx)),
    payload: (t) => ({ timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ ids }) => ids) }),
  });
}
