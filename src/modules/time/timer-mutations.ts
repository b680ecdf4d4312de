import { defineMutation, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed, changedList, deletedId } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { RunningTimer } from './running-timer.ts';
import { startTimer } from './start-timer.ts';
import { discardTimer, stopTimer } from './stop-timer.ts';
import { TimeEntry } from './time-entry.ts';

const whose = (t: InputBuilder) => t.globalID({ for: Profile, description: 'Whose timer; yours when absent.' });

defineMutation('startTimer', {
  description: 'Starts your timer, of which there is one: INVALID_STATE while it is running.',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'On which project you work.' }),
    taskId: t.globalID({ for: Task, description: 'On which task of that project.' }),
    description: t.string({ description: 'What you do.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it; true when absent.' }),
    startedAt: t.field({
      type: 'DateTime',
      description:
        'Since when, if you forgot to start it, at most 24 hours ago unless the server allows more; now when absent.',
    }),
  }),
  run: (ctx, input) => startTimer(ctx.tx, ctx.viewer, ctx.services.timerStartsBackMs, input),
  payload: (t) => ({ runningTimer: changed(t, RunningTimer, 'runningTimers') }),
});

defineMutation('stopTimer', {
  description:
    'Stops your timer and records its time, with an entry for each day that it ran on. With time:write-all, stops ' +
    'anybody’s.',
  input: (t) => ({
    profileId: whose(t),
    stoppedAt: t.field({
      type: 'DateTime',
      description: 'Until when, if you forgot to stop it, at most 31 days after the start; now when absent.',
    }),
    description: t.string({ description: 'What you did, if that is not what you started.' }),
  }),
  run: (ctx, input) => stopTimer(ctx.tx, ctx.viewer, ctx.tenant.timeZone, input),
  payload: (t) => ({
    timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ timeEntryIds }) => timeEntryIds),
    deletedId: deletedId(t, 'RunningTimer'),
  }),
});

defineMutation('discardTimer', {
  description: 'Throws your running timer away without recording its time. With time:write-all, anybody’s.',
  input: (t) => ({
    profileId: whose(t),
    id: t.globalID({ for: RunningTimer, description: 'Only if it is this one; whichever runs when absent.' }),
  }),
  run: (ctx, input) => discardTimer(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'RunningTimer') }),
});
