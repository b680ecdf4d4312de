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
      description: 'The project; null if it is the organization’s own.',
      listDescription: 'The milestones of the project.',
      default: 'the organization’s own',
    },
    creator: 'The person who created it; null if it was imported.',
    name: { description: 'Name.', personal: false },
    description: { description: 'The goal in detail.', personal: workText('creatorId') },
    startDate: 'First day.',
    dueDate: { description: 'Last day.', notBefore: 'startDate' },
    status: {
      description: 'Its status; COMPLETED if its progress is 100, whatever its dates.',
      values: {
        NOT_STARTED: 'Not started.',
        IN_PROGRESS: 'In progress.',
        COMPLETED: 'Reached.',
        ON_HOLD: 'Paused.',
      },
    },
    priority: {
      description: 'Its priority.',
      values: { LOW: 'May slip.', MEDIUM: 'Normal.', HIGH: 'More important than most.', CRITICAL: 'Must not slip.' },
    },
    color: { description: 'Its color in the UI.', type: 'HexColorCode', check: colorField, personal: false },
    progressMode: { description: 'How its progress is determined.', values: ProgressMode },
    progress: {
      description: 'Its progress in percent.',
      inputDescription: 'Its progress in percent, for MANUAL milestones only',
      min: 0,
      max: 100,
      default: '0',
    },
    completedAt: 'When it was reached; null if it is open.',
    version: 'Number of changes by people; pass it as `expectedVersion`.',
  },
  search: { name: 'A', description: 'B' },
  list: 'The milestones of the organization and of its projects.',
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
        throw new AppError('FORBIDDEN', 'A CLIENT cannot create milestones of the organization');
      const status = statusAt(values.progress ?? 0, { status: values.status ?? 'NOT_STARTED', progress: 0 });
      return { status, ...completionOf(undefined, status), creatorId: viewer.profileId };
    },
  },
  update: {
    description: 'Changes a milestone. When it becomes AUTO, the server computes its progress.',
    writes: ['name', 'description', 'startDate', 'dueDate', 'status', 'priority', 'color', 'progressMode', 'progress'],
    before: ({ values, current, next }) => {
      checkProgress(next.progressMode, values.progress);
      checkStatus(next.progress, values.status);
      const status = values.status ?? statusAt(next.progress, current);
      return { status, ...completionOf(current.status, status) };
    },
  },
  upsert: 500,
  delete: { description: 'Deletes a milestone; its tasks stay.' },
  trash: {
    name: 'name',
    requires: ({ viewer, current }) => openRule(viewer, current.projectId, 'input.id'),
  },
});

const schedule = { columns: { startDate: true, dueDate: true, status: true, progress: true } } as const;

builder.drizzleObjectFields(Milestone, (t) => ({
  isLate: t.boolean({
    description: 'Whether its due day has passed in the organization’s time zone and it is not reached.',
    select: schedule,
    resolve: (milestone, _args, ctx) => isLate(milestone, dayIn(ctx.tenant.timeZone)),
  }),
  isAtRisk: t.boolean({
    description:
      'Whether it is not late yet, but its progress is more than 20 points behind the share of elapsed days.',
    select: schedule,
    resolve: (milestone, _args, ctx) => isAtRisk(milestone, dayIn(ctx.tenant.timeZone)),
  }),
}));

filterAlsoBy('milestones', 'tasks', { filter: () => filterOf('tasks'), description: 'With a task that matches.' });
filterAlsoBy('milestones', 'assignees', {
  filter: () => filterOf('profiles'),
  description: 'That a matching person is responsible for.',
});
filterAlsoBy('milestones', 'dependsOn', {
  filter: () => filterOf('milestones'),
  description: 'That depend on a matching milestone.',
});
filterAlsoBy('milestones', 'blocks', {
  filter: () => filterOf('milestones'),
  description: 'That a matching milestone depends on.',
});
