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
  description: 'Adds a task to a milestone, or changes its weight there. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The milestone.' }),
    taskId: t.globalID({
      for: Task,
      required: true,
      description: 'A task of the milestone’s project; of any project if the milestone is the organization’s own.',
    }),
    weight: t.int({ description: 'Its weight, 1 to 1000; 1 by default.' }),
  }),
  run: (ctx, input) => setMilestoneTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('removeMilestoneTask', {
  description: 'Removes a task from a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The milestone.' }),
    taskId: t.globalID({ for: Task, required: true, description: 'The task.' }),
  }),
  run: (ctx, input) => removeMilestoneTask(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    task: changed(t, Task, 'tasks', ({ taskId }) => taskId),
  }),
});

defineMutation('addMilestoneAssignee', {
  description: 'Makes a person responsible for a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The milestone.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'The person.' }),
  }),
  run: (ctx, input) => addMilestoneAssignee(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    profile: changed(t, Profile, 'profiles', ({ profileId }) => profileId),
  }),
});

defineMutation('removeMilestoneAssignee', {
  description: 'Ends a person’s responsibility for a milestone. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The milestone.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'The person.' }),
  }),
  run: (ctx, input) => removeMilestoneAssignee(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    profile: changed(t, Profile, 'profiles', ({ profileId }) => profileId),
  }),
});

defineMutation('addMilestoneDependency', {
  description:
    'Makes a milestone depend on another one of its project. Fails with CYCLE if that one depends on it. ' +
    'Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The dependent milestone.' }),
    dependsOnId: t.globalID({ for: Milestone, required: true, description: 'The milestone that it depends on.' }),
  }),
  run: (ctx, input) => addMilestoneDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    dependsOn: changed(t, Milestone, 'milestones', ({ dependsOnId }) => dependsOnId),
  }),
});

defineMutation('removeMilestoneDependency', {
  description: 'Removes a dependency between milestones. Needs milestone:write.',
  permission,
  input: (t) => ({
    milestoneId: t.globalID({ for: Milestone, required: true, description: 'The dependent milestone.' }),
    dependsOnId: t.globalID({ for: Milestone, required: true, description: 'The milestone that it depends on.' }),
  }),
  run: (ctx, input) => removeMilestoneDependency(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    milestone: changed(t, Milestone, 'milestones', ({ milestoneId }) => milestoneId),
    dependsOn: changed(t, Milestone, 'milestones', ({ dependsOnId }) => dependsOnId),
  }),
});
