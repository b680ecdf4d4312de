import { defineMutation, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed, changedList, deletedId } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { RunningTimer } from './running-timer.ts';
import { startTimer } from './start-timer.ts';
import { discardTimer, stopTimer } from './stop-timer.ts';
import { TimeEntry } from './time-entry.ts';
import { updateTimer } from './update-timer.ts';

const whose = (t: InputBuilder) =>
  t.globalID({ for: Profile, description: 'The person whose timer it is; you by default.' });

defineMutation('startTimer', {
  description: 'Starts your timer. Fails with INVALID_STATE if it is already running.',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'The project that you work on.' }),
    taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
    description: t.string({ description: 'Description of the work.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it; true by default.' }),
    startedAt: t.field({
      type: 'DateTime',
      description:
        'The start, if you forgot to start it in time: at most 24 hours ago unless the server allows more; now by default.',
    }),
  }),
  run: (ctx, input) => startTimer(ctx.tx, ctx.viewer, ctx.services.timerStartsBackMs, input),
  payload: (t) => ({ runningTimer: changed(t, RunningTimer, 'runningTimers') }),
});

defineMutation('updateTimer', {
  description:
    'Changes your running timer; with time:write-all, anybody’s. Absent fields stay, null clears. The limits of ' +
    '`startTimer` hold.',
  input: (t) => ({
    profileId: whose(t),
    id: t.globalID({ for: RunningTimer, description: 'Changes it only if it is this timer; any by default.' }),
    projectId: t.globalID({ for: Project, description: 'The project; a new one removes the timer from its task.' }),
    taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
    description: t.string({ description: 'Description of the work.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it.' }),
    startedAt: t.field({ type: 'DateTime', description: 'The start.' }),
  }),
  run: (ctx, input) => updateTimer(ctx.tx, ctx.viewer, ctx.services.timerStartsBackMs, input),
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
      description: 'The end, if you forgot to stop it in time: at most 31 days after the start; now by default.',
    }),
    description: t.string({ description: 'A new description of the work; the timer’s own by default.' }),
  }),
  run: (ctx, input) => stopTimer(ctx.tx, ctx.viewer, ctx.tenant.timeZone, input),
  payload: (t) => ({
    timeEntries: changedList(t, TimeEntry, 'timeEntries', ({ timeEntryIds }) => timeEntryIds),
    deletedId: deletedId(t, 'RunningTimer'),
  }),
});

defineMutation('discardTimer', {
  description: 'Discards your running timer without recording its time; with time:write-all, anybody’s.',
  input: (t) => ({
    profileId: whose(t),
    id: t.globalID({ for: RunningTimer, description: 'Discards it only if it is this timer; any by default.' }),
  }),
  run: (ctx, input) => discardTimer(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'RunningTimer') }),
});
