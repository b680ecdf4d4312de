import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { readableProjects } from './policy.ts';
import { ProjectVisibility } from './project-visibility.ts';
import { staffRule } from './staff.ts';
import { takeFreeCode } from './take-free-code.ts';

const columns = [
  'name',
  'clientId',
  'managerId',
  'code',
  'description',
  'startDate',
  'expectedEndDate',
  'status',
  'visibility',
  'isTemplate',
] as const;

export const Project = defineResource('projects', {
  name: 'Project',
  description: 'Work done for a client, led by a manager.',
  read: readableProjects,
  write: 'project:write',
  fields: {
    name: { description: 'Name; unique in the organization.', personal: false },
    code: {
      description: 'Short name; numbered by the code format of the organization, and unique regardless of case.',
      max: 60,
      default: 'the next one of the organization’s code format',
      personal: false,
    },
    description: { description: 'Description.', personal: workText('managerId') },
    client: {
      description: 'The client; null if you may not see it.',
      listDescription: 'The projects for this client.',
    },
    manager: { description: 'The person who leads it.', listDescription: 'The projects that this person leads.' },
    startDate: 'First day.',
    expectedEndDate: { description: 'Expected last day.', notBefore: 'startDate' },
    status: {
      description: 'Its status.',
      values: { ACTIVE: 'In progress.', COMPLETED: 'Completed.', SUSPENDED: 'On hold.' },
    },
    visibility: { description: 'Who sees it, and everything in it.', values: ProjectVisibility },
    isTemplate: 'Whether it is a template, meant to be duplicated.',
    archivedAt: {
      description: 'When it was archived: lists leave it out unless their filter mentions `archivedAt`.',
      sorted: false,
    },
  },
  search: { name: 'A', code: 'B', description: 'C' },
  hiddenBy: 'archivedAt',
  list: 'The projects of the organization that are not archived.',
  create: {
    description: 'Creates a project for a client, and its channel.',
    writes: columns,
    requires: ({ values }) => staffRule(values.managerId, 'input.managerId'),
    before: async ({ tx, values }) => ({ code: values.code ?? (await takeFreeCode(tx, values.startDate)) }),
  },
  update: {
    description:
      'Changes a project. If it is COMPLETED or SUSPENDED, only people with project:write can add tasks, milestones, time or ' +
      'timers, and its running timers are stopped',
    warns: true,
    requires: ({ current, next }) =>
      next.managerId === current.managerId ? [] : staffRule(next.managerId, 'input.managerId'),
    writes: columns,
  },
  upsert: 500,
  delete: {
    description:
      'Deletes a project with its phases, assignments, deliverables, incidents, tasks, milestones, time entries ' +
      'and channel. Fails with IN_USE if it has validated time. To keep its history, archive it instead',
    write: 'project:delete',
    inUse: 'This project is still in use: archive it instead',
  },
  trash: { name: 'name' },
});

Project.action('archive', {
  description: 'Hides a project from lists; it stays as it is, and is found by its id and by filters on `archivedAt`',
  event: 'archived',
  writes: [],
  before: ({ current }) => ({ archivedAt: current.archivedAt ?? new Date() }),
});

Project.action('unarchive', {
  description: 'Shows an archived project in lists again',
  event: 'unarchived',
  writes: [],
  before: () => ({ archivedAt: null }),
});
