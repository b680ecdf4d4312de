import { defineMutation, expectedVersion, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { ActivityReport } from './activity-report.ts';
import { returnActivityReport, signActivityReport } from './sign-activity-report.ts';
import { submitActivityReport } from './submit-activity-report.ts';

const reportId = (t: InputBuilder) => t.globalID({ for: ActivityReport, required: true, description: 'The report.' });

defineMutation('submitActivityReport', {
  description:
    'Submits the report on a person’s month in a project to the client: your own with time:write-own, anybody’s with ' +
    'time:write-all. All weeks of the month must be APPROVED or LOCKED (INVALID_STATE, `day`).',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'The project.' }),
    profileId: t.globalID({ for: Profile, description: 'The person; you by default.' }),
    day: t.field({ type: 'LocalDate', required: true, description: 'A day of the month.' }),
  }),
  run: (ctx, input) => submitActivityReport(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ activityReport: changed(t, ActivityReport, 'activityReports') }),
});

defineMutation('returnActivityReport', {
  description:
    'Takes a SUBMITTED report back, so that its weeks can be reopened: your own with time:write-own, anybody’s with ' +
    'time:write-all; the contact of the client with a reason.',
  input: (t) => ({
    id: reportId(t),
    expectedVersion: expectedVersion(t),
    note: t.string({ description: 'The reason; required of the client.' }),
  }),
  run: (ctx, input) => returnActivityReport(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ activityReport: changed(t, ActivityReport, 'activityReports') }),
});

defineMutation('signActivityReport', {
  description:
    'Signs a SUBMITTED report for its client. Only the contact of the client may do that, with the role CLIENT; needs ' +
    'project:read. It never changes again.',
  permission: 'project:read',
  input: (t) => ({
    id: reportId(t),
    expectedVersion: t.int({
      required: true,
      description:
        'The `version` of the report that you read, which is what you sign; STALE_VERSION if it has another one.',
    }),
  }),
  run: (ctx, input) => signActivityReport(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ activityReport: changed(t, ActivityReport, 'activityReports') }),
});
