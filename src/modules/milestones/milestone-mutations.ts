import { defineMutation, expectedVersion, type InputBuilder } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { Project } from '../projects/project.ts';
import { createMilestone } from './create-milestone.ts';
import { deleteMilestone } from './delete-milestone.ts';
import { Milestone } from './milestone.ts';
import { MilestonePriority } from './milestone-priority.ts';
import { MilestoneStatus } from './milestone-status.ts';
import { ProgressMode } from './progress-mode.ts';
import { updateMilestone } from './update-milestone.ts';

const commonInput = (t: InputBuilder) => ({
  description: t.string({ description: 'What is to be reached, at most 20,000 characters.' }),
  status: t.field({ type: MilestoneStatus, description: 'How it stands; NOT_STARTED by default.' }),
  priority: t.field({ type: MilestonePriority, description: 'How much it matters; MEDIUM by default.' }),
  color: t.field({ type: 'HexColorCode', description: 'Color to show it in, such as #1f6feb.' }),
  progressMode: t.field({ type: ProgressMode, description: 'Where its progress comes from; AUTO by default.' }),
  progress: t.int({ description: 'How much is done, 0 to 100 percent; for MANUAL ones only.' }),
  externalReference: t.string({ description: 'Your own key of this milestone; unique.' }),
});

defineMutation('createMilestone', {
  description: 'Adds a milestone to a project, or to the whole company. Needs milestone:write.',
  permission: 'milestone:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, description: 'Project; the company’s own unless given.' }),
    name: t.string({ required: true, description: 'Name, 1 to 200 characters.' }),
    startDate: t.field({ type: 'LocalDate', required: true, description: 'First day.' }),
    dueDate: t.field({ type: 'LocalDate', required: true, description: 'Last day, not before the first.' }),
    ...commonInput(t),
  }),
  run: (ctx, input) => createMilestone(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ milestone: changed(t, Milestone, 'milestones', ({ id }) => id) }),
});

defineMutation('updateMilestone', {
  description:
    'Changes a milestone. Absent fields stay, null clears. Its progress is computed anew when it becomes AUTO. ' +
    'Needs milestone:write.',
  permission: 'milestone:write',
  input: (t) => ({
    id: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    name: t.string({ description: 'Name, 1 to 200 characters.' }),
    startDate: t.field({ type: 'LocalDate', description: 'First day.' }),
    dueDate: t.field({ type: 'LocalDate', description: 'Last day, not before the first.' }),
    ...commonInput(t),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateMilestone(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ milestone: changed(t, Milestone, 'milestones', ({ id }) => id) }),
});

defineMutation('deleteMilestone', {
  description: 'Deletes a milestone; its tasks stay. Needs milestone:write.',
  permission: 'milestone:write',
  input: (t) => ({
    id: t.globalID({ for: Milestone, required: true, description: 'Which milestone.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteMilestone(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'Milestone') }),
});
