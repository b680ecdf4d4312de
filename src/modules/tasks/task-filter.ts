import { sql, type Table } from 'drizzle-orm';
import { defineFilter, type Filter, filterOf, rawCondition } from '../../graphql/declare/filters.ts';
import { matchesText } from '../../graphql/declare/text-search.ts';

import { TaskPriority } from './task-priority.ts';
import { TaskStatus } from './task-status.ts';
import { TaskType } from './task-type.ts';

const hasTag = (tag: string) => rawCondition((table) => sql`${table['tags' as keyof Table]} @> array[${tag}]::text[]`);

export const taskFilter: Filter<'tasks'> = defineFilter('TaskFilter', 'tasks', {
  description: 'Which tasks.',
  fields: {
    id: { id: 'Task', column: 'id', description: 'By id.' },
    type: { enum: TaskType, name: 'TaskType', column: 'type', description: 'By whom they are for.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project; absent for PERSONAL ones.' },
    deliverableId: { id: 'Deliverable', column: 'deliverableId', description: 'By deliverable.' },
    assigneeId: { id: 'Profile', column: 'assigneeId', description: 'By assignee; absent when nobody is.' },
    creatorId: { id: 'Profile', column: 'creatorId', description: 'By who made them.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    description: { as: 'String', column: 'description', description: 'By description.' },
    estimateDays: { as: 'Decimal', column: 'estimateDays', description: 'By estimate, in person-days.' },
    startDate: { as: 'LocalDate', column: 'startDate', description: 'By first day.' },
    dueDate: { as: 'LocalDate', column: 'dueDate', description: 'By due day.' },
    status: { enum: TaskStatus, name: 'TaskStatus', column: 'status', description: 'By status.' },
    priority: { enum: TaskPriority, name: 'TaskPriority', column: 'priority', description: 'By priority.' },
    completedAt: { as: 'DateTime', column: 'completedAt', description: 'By when they were done; absent when open.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were made.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    project: { filter: () => filterOf('projects'), description: 'By their project.' },
    deliverable: { filter: () => filterOf('deliverables'), description: 'By their deliverable.' },
    assignee: { filter: () => filterOf('profiles'), description: 'By their assignee.' },
    creator: { filter: () => filterOf('profiles'), description: 'By who made them.' },
    dependsOn: { filter: () => taskFilter, description: 'That wait for a task like this.' },
    blocks: { filter: () => taskFilter, description: 'That a task like this waits for.' },
  },
  custom: {
    search: {
      type: 'String',
      description: 'With these words in the name or the description, in French or English, accents or not.',
      where: (text: string) => matchesText(text),
    },
    tag: { type: 'String', description: 'With this tag.', where: hasTag },
  },
});
