import { builder } from '../../graphql/declare/builder.ts';
import { Profile } from '../people/profile.ts';
import { Task } from '../tasks/task.ts';
import { Milestone } from './milestone.ts';

const milestones = { args: Milestone.page.args, totalCount: true, query: Milestone.page.query } as const;
const people = { args: Profile.page.args, totalCount: true, query: Profile.page.query } as const;

builder.drizzleObjectFields(Milestone, (t) => ({
  tasks: t.relatedConnection(
    'tasks',
    { args: Task.page.args, totalCount: true, description: 'Its tasks.', query: Task.page.query },
    ...Task.connection,
  ),
  assignees: t.relatedConnection(
    'assignees',
    { ...people, description: 'The people responsible for it.' },
    ...Profile.connection,
  ),
  dependsOn: t.relatedConnection(
    'dependsOn',
    { ...milestones, description: 'The milestones that it depends on.' },
    ...Milestone.connection,
  ),
  blocks: t.relatedConnection(
    'blocks',
    { ...milestones, description: 'The milestones that depend on it.' },
    ...Milestone.connection,
  ),
}));

builder.drizzleObjectFields(Task, (t) => ({
  milestones: t.relatedConnection(
    'milestones',
    { ...milestones, description: 'The milestones that it belongs to.' },
    ...Milestone.connection,
  ),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  milestones: t.relatedConnection(
    'milestones',
    { ...milestones, description: 'The milestones that the person is responsible for.' },
    ...Milestone.connection,
  ),
}));
