import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { readableProjects } from './policy.ts';
import { staffRule } from './staff.ts';
import { takeFreeCode } from './take-free-code.ts';

export const Project = defineResource('projects', {
  name: 'Project',
  description: 'Work done for a client, led by a manager, from a first day on.',
  read: readableProjects,
  write: 'project:write',
  fields: {
    name: { description: 'Name; unique in the organization.', personal: false },
    code: {
      description: 'Short name; numbered by the code format of the organization, and unique without case.',
      max: 60,
      default: 'the next one of the organization’s code format',
      personal: false,
    },
    description: { description: 'What it is about.', personal: workText('managerId') },
    client: {
      description: 'Whom it is done for; null when you may not see it.',
      listDescription: 'The projects done for this client.',
    },
    manager: { description: 'Who leads it.', listDescription: 'The projects that this person leads.' },
    startDate: 'First day.',
    expectedEndDate: { description: 'Last day, as expected now.', notBefore: 'startDate' },
    status: {
      description: 'How it stands.',
      values: { ACTIVE: 'It is being worked on.', COMPLETED: 'It is done.', SUSPENDED: 'It is on hold.' },
    },
  },
  list: 'The projects of the organization.',
  create: {
    description: 'Opens a project for a client, with a channel of its own.',
    writes: ['name', 'clientId', 'managerId', 'code', 'description', 'startDate', 'expectedEndDate', 'status'],
    requires: ({ values }) => staffRule(values.managerId, 'input.managerId'),
    before: async ({ tx, values }) => ({ code: values.code ?? (await takeFreeCode(tx, values.startDate)) }),
  },
  update: {
    description:
      'Changes a project. One that is COMPLETED or SUSPENDED takes no new tasks, milestones, time or timers except from ' +
      'those with project:write; its timers are stopped',
    warns: true,
    requires: ({ current, next }) =>
      next.managerId === current.managerId ? [] : staffRule(next.managerId, 'input.managerId'),
    writes: ['name', 'clientId', 'managerId', 'code', 'description', 'startDate', 'expectedEndDate', 'status'],
  },
  delete: {
    description:
      'Deletes a project with all that is its own: phases, assignments, deliverables, incidents, tasks, milestones, time ' +
      'and its channel. Refused with IN_USE while it has validated time. To keep its history, complete it instead',
    write: 'project:delete',
    inUse: 'This project is still in use: complete it instead',
  },
});
