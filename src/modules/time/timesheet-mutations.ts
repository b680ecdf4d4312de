import { defineMutation, expectedVersion, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { reviewOptions } from './review-options.ts';
import { approveTimesheet, lockTimesheetForGood, rejectTimesheet, reopenTimesheet } from './review-timesheet.ts';
import { recallTimesheet, submitTimesheet } from './submit-timesheet.ts';
import { Timesheet } from './timesheet.ts';

const which = (t: InputBuilder) => ({
  id: t.globalID({ for: Timesheet, required: true, description: 'The timesheet.' }),
  expectedVersion: expectedVersion(t),
});

defineMutation('submitTimesheet', {
  description:
    'Submits a week for approval: your own with time:write-own, anybody’s with time:write-all. Its time cannot change ' +
    'until it is recalled, rejected or reopened.',
  input: (t) => ({
    profileId: t.globalID({ for: Profile, description: 'The person; you by default.' }),
    day: t.field({ type: 'LocalDate', required: true, description: 'A day of the week.' }),
  }),
  run: (ctx, input) => submitTimesheet(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ timesheet: changed(t, Timesheet, 'timesheets') }),
});

defineMutation('recallTimesheet', {
  description:
    'Takes back a SUBMITTED timesheet, so that its time can change: your own with time:write-own, anybody’s with ' +
    'time:write-all.',
  input: which,
  run: (ctx, input) => recallTimesheet(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ timesheet: changed(t, Timesheet, 'timesheets') }),
});

const approver = 'Needs time:validate, or what the setting `timeApproval` says; never for your own.';

const steps = {
  approveTimesheet: {
    description:
      'Approves a SUBMITTED timesheet and validates its time. A project’s manager validates the time of that project; ' +
      `the timesheet is APPROVED once all of its time is validated. ${approver}`,
    run: approveTimesheet,
    note: 'A note on the week.',
  },
  rejectTimesheet: {
    description: `Sends a SUBMITTED timesheet back to its person. ${approver}`,
    run: rejectTimesheet,
    reason: 'The reason.',
  },
  reopenTimesheet: {
    description: `Reopens an APPROVED timesheet for a correction: its time is pending again. ${approver}`,
    run: reopenTimesheet,
    reason: 'The reason.',
  },
  lockTimesheet: {
    description: `Locks an APPROVED timesheet for good: nobody can reopen it. ${approver}`,
    run: lockTimesheetForGood,
  },
} as const;

for (const [name, step] of Object.entries(steps)) {
  defineMutation(name, {
    description: step.description,
    input: (t) => ({
      ...which(t),
      ...('note' in step && { note: t.string({ description: step.note }) }),
      ...('reason' in step && { note: t.string({ required: true, description: step.reason }) }),
    }),
    run: (ctx, input) => step.run(ctx.tx, ctx.viewer, input as never, reviewOptions(ctx)),
    payload: (t) => ({ timesheet: changed(t, Timesheet, 'timesheets') }),
  });
}
