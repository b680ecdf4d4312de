import { sql } from 'drizzle-orm';
import { builder } from '../../graphql/declare/builder.ts';
import { filterAlsoBy, filterOf } from '../../graphql/declare/filters.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { matchesText } from '../../graphql/declare/text-search.ts';
import { defineResource } from '../events/resource.ts';
import { readableTasks } from './policy.ts';
import { TaskPriority } from './task-priority.ts';
import { TaskStatus } from './task-status.ts';
import { TaskType } from './task-type.ts';

/** Only the read half: the mutations lock tasks, boards and milestones in an order of their own. */
export const Task = defineResource('tasks', {
  name: 'Task',
  description: 'Something to do: a card on the board of its project, or of its assignee when it is PERSONAL.',
  read: readableTasks,
  fields: {
    type: { description: 'Whom it is for.', values: TaskType },
    project: { description: 'Project; null for PERSONAL tasks.', listDescription: 'The tasks of the project.' },
    deliverable: { description: 'Deliverable that it is a part of.', listDescription: 'The tasks that make it.' },
    assignee: {
      description: 'Who does it; null while nobody is named.',
      listDescription: 'The tasks that the person is to do.',
    },
    creator: 'Who made it; null when it was imported.',
    name: { description: 'What to do, in a line.', personal: workText('creatorId') },
    description: { description: 'What to do, at length.', filtered: true, personal: workText('creatorId') },
    estimateDays: 'Estimated effort in person-days.',
    startDate: 'First day.',
    dueDate: 'Last day.',
    status: { description: 'How far it is: its column of the board.', values: TaskStatus },
    priority: { description: 'How much it matters.', values: TaskPriority },
    rank: {
      description: 'Where it stands in its column: compare byte by byte, then by id. Otherwise opaque.',
      as: 'position',
    },
    color: { description: 'Color of the card.', type: 'HexColorCode', personal: false },
    tags: { description: 'Words to find it by.', personal: false },
    completedAt: 'When it was done; null while it is not.',
  },
  filters: {
    search: {
      type: 'String',
      description: 'With these words in the name or the description, in French or English, accents or not.',
      where: (text: string, task) => matchesText(text).RAW(task),
    },
    tag: {
      type: 'String',
      description: 'With this tag.',
      where: (tag: string, { tags }) => sql`${tags} @> array[${tag}]::text[]`,
    },
  },
  list: 'The tasks of the organization.',
});

const listed = { args: Task.page.args, totalCount: true, query: Task.page.query } as const;

builder.drizzleObjectFields(Task, (t) => ({
  dependsOn: t.relatedConnection('dependsOn', { ...listed, description: 'What it waits for.' }, ...Task.connection),
  blocks: t.relatedConnection('blocks', { ...listed, description: 'What waits for it.' }, ...Task.connection),
}));

const task = { filter: () => filterOf('tasks') };
filterAlsoBy('tasks', 'dependsOn', { ...task, description: 'That wait for a task like this.' });
filterAlsoBy('tasks', 'blocks', { ...task, description: 'That a task like this waits for.' });
