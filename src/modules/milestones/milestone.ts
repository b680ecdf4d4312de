import { builder } from '../../graphql/declare/builder.ts';
import { filterAlsoBy, filterOf } from '../../graphql/declare/filters.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { dayIn } from '../../lib/days.ts';
import { AppError } from '../../lib/errors.ts';
import { colorField } from '../../lib/fields.ts';
import { defineResource } from '../events/resource.ts';
import { openRule } from '../projects/open-project.ts';
import { isAtRisk, isLate } from './health.ts';
import { checkProgress, checkStatus, completionOf, readableMilestones, statusAt } from './policy.ts';
import { ProgressMode } from './progress-mode.ts';

export const Milestone = defineResource('milestones', {
  name: 'Milestone',
  description: 'A goal with a first and a last day: of a project, or of the whole organization.',
  read: readableMilestones,
  write: 'milestone:write',
  fields: {
    project: {
      description: 'Project; null when it is the organization’s own.',
      listDescription: 'The milestones of the project.',
      default: 'the organization’s own',
    },
    creator: 'Who made it; null when it was imported.',
    name: { description: 'Name.', personal: false },
    description: { description: 'What is to be reached.', personal: workText('creatorId') },
    startDate: 'First day.',
    dueDate: { description: 'Last day.', notBefore: 'startDate' },
    status: {
      description: 'How it stands; COMPLETED when its progress is 100, whatever its dates.',
      values: {
        NOT_STARTED: 'Not begun.',
        IN_PROGRESS: 'Under way.',
        COMPLETED: 'Reached.',
        ON_HOLD: 'Put aside for now.',
      },
    },
    priority: {
      description: 'How much it matters.',
      values: { LOW: 'Can slip.', MEDIUM: 'As usual.', HIGH: 'Before others.', CRITICAL: 'Must not slip.' },
    },
    color: { description: 'Color to show it in.', type: 'HexColorCode', check: colorField, personal: false },
    progressMode: { description: 'Where its progress comes from.', values: ProgressMode },
    progress: {
      description: 'How much of it is done, in percent.',
      inputDescription: 'How much of it is done, in percent, for MANUAL milestones only',
      min: 0,
      max: 100,
      default: '0',
    },
    completedAt: 'When it was reached; null while it is not.',
    version: 'Counts the changes that people make; pass it as `expectedVersion`.',
  },
  list: 'The milestones of the organization and its projects.',
  create: {
    description: 'Adds a milestone to a project, or to the whole organization.',
    writes: [
      'projectId',
      'name',
      'description',
      'startDate',
      'dueDate',
      'status',
      'priority',
      'color',
      'progressMode',
      'progress',
    ],
    requires: ({ viewer, values }) => openRule(viewer, values.projectId, 'input.projectId'),
    before: ({ viewer, values }) => {
      checkProgress(values.progressMode ?? 'AUTO', values.progress);
      if (!values.projectId && viewer.role === 'CLIENT')
        throw new AppError('FORBIDDEN', 'A CLIENT cannot make milestones of the organization');
      const status = statusAt(values.progress ?? 0, { status: values.status ?? 'NOT_STARTED', progress: 0 });
      return { status, ...completionOf(undefined, status), creatorId: viewer.profileId };
    },
  },
  update: {
    description: 'Changes a milestone. The server computes its progress when it becomes AUTO.',
    writes: ['name', 'description', 'startDate', 'dueDate', 'status', 'priority', 'color', 'progressMode', 'progress'],
    before: ({ values, current, next }) => {
      checkProgress(next.progressMode, values.progress);
      checkStatus(next.progress, values.status);
      const status = values.status ?? statusAt(next.progress, current);
      return { status, ...completionOf(current.status, status) };
    },
  },
  delete: { description: 'Deletes a milestone; its tasks stay.' },
});

const schedule = { columns: { startDate: true, dueDate: true, status: true, progress: true } } as const;

builder.drizzleObjectFields(Milestone, (t) => ({
  isLate: t.boolean({
    description: 'Whether its due day is over, where the organization is, and it is not reached.',
    select: schedule,
    resolve: (milestone, _args, ctx) => isLate(milestone, dayIn(ctx.tenant.timeZone)),
  }),
  isAtRisk: t.boolean({
    description:
      'Whether its progress is more than 20 points behind the share of its days that are over; not once late.',
    select: schedule,
    resolve: (milestone, _args, ctx) => isAtRisk(milestone, dayIn(ctx.tenant.timeZone)),
  }),
}));

filterAlsoBy('milestones', 'tasks', { filter: () => filterOf('tasks'), description: 'With a task like this.' });
filterAlsoBy('milestones', 'assignees', {
  filter: () => filterOf('profiles'),
  description: 'That a person like this answers for.',
});
filterAlsoBy('milestones', 'dependsOn', {
  filter: () => filterOf('milestones'),
  description: 'That wait for a milestone like this.',
});
filterAlsoBy('milestones', 'blocks', {
  filter: () => filterOf('milestones'),
  description: 'That a milestone like this waits for.',
});
