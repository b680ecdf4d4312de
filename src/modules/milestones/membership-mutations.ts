import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { Task } from '../tasks/task.ts';
import { addMilestoneAssignee } from './add-milestone-assignee.ts';
import { addMilestoneDependency } from './add-milestone-dependency.ts';
import { Milestone } from './milestone.ts';
import { removeMilestoneAssignee } from './remove-milestone-assignee.ts';
import { removeMilestoneDependency } from './remove-milestone-dependency.ts';
import { removeMilestoneTask } from './remove-milestone-task.ts';
import { setMilestoneTask } from './set-milestone-task.ts';

const permission = 'milestone:write';

defineMutation('setMilestoneTask', {
  description: 'Makes a task a part of a milestone, or changes how much it counts there. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    taskId: t.globalID({
      for: Task,
      required: true,
      description: 'A task of its project; of any, for the organization’s.',
    }),
    weight: t.int({ description: 'How much it counts, 1 to 1000; 1 unless given.' }),
  }),
  run: (ctx, input) => setMilestoneTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('removeMilestoneTask', {
  description: 'Takes a task out of a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    taskId: t.globalID({ for: Task, required: true, description: 'Which task.' }),
  }),
  run: (ctx, input) => removeMilestoneTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('addMilestoneAssignee', {
  description: 'Makes a person answer for a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'Who answers for it.' }),
  }),
  run: (ctx, input) => addMilestoneAssignee(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    profile: changed(t, Profile, 'profiles', ({ profileId }) => profileId),
  }),
});

defineMutation('removeMilestoneAssignee', {
  description: 'Ends a person’s answering for a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'Who no longer answers for it.' }),
  }),
  run: (ctx, input) => removeMilestoneAssignee(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    profile: changed(t, Profile, 'profiles', ({ profileId }) => profileId),
  }),
});

defineMutation('addMilestoneDependency', {
  description:
    'Makes a milestone start after another one of its project. Refused with CYCLE when that one waits for it. ' +
    'Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone waits.' }),
    dependsOnId: t.globalID({ for: Milestone, required: true, description: 'What it waits for.' }),
  }),
  run: (ctx, input) => addMilestoneDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    dependsOn: changed(t, Milestone, 'milestones', ({ dependsOnId }) => dependsOnId),
  }),
});

defineMutation('removeMilestoneDependency', {
  description: 'Ends the wait of a milestone for another one. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'Which milestone waits.' }),
    dependsOnId: t.globalID({ for: Milestone, required: true, description: 'What it waits for.' }),
  }),
  run: (ctx, input) => removeMilestoneDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    dependsOn: changed(t, Milestone, 'milestones', ({ dependsOnId }) => dependsOnId),
  }),
});
