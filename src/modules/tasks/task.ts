import { sql } from 'drizzle-orm';
import { builder } from '../../graphql/declare/builder.ts';
import { filterAlsoBy, filterOf } from '../../graphql/declare/filters.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { matchesText } from '../../graphql/declare/text-search.ts';
import { defineResource } from '../events/resource.ts';
import { openRule } from '../projects/open-project.ts';
import { placeAgain } from './place-again.ts';
import { mayRestoreTask, readableTasks } from './policy.ts';
import { progressOf } from './progress.ts';
import { TaskPriority } from './task-priority.ts';
import { TaskStatus } from './task-status.ts';
import { TaskType } from './task-type.ts';

/** Only the read half: the mutations lock tasks, boards and milestones in an order of their own. */
export const Task = defineResource('tasks', {
  name: 'Task',
  description: 'A task: a card on the board of its project, or of its assignee if it is PERSONAL.',
  read: readableTasks,
  fields: {
    type: { description: 'Its type.', values: TaskType },
    project: { description: 'The project; null for PERSONAL tasks.', listDescription: 'The tasks of the project.' },
    deliverable: { description: 'The deliverable that it contributes to.', listDescription: 'Its tasks.' },
    assignee: {
      description: 'The person who does it; null if nobody is assigned.',
      listDescription: 'The tasks assigned to the person.',
    },
    parent: {
      description: 'The task that it is a part of; null if it stands by itself.',
      listDescription: 'The tasks that it is divided into.',
    },
    creator: 'The person who created it; null if it was imported.',
    name: { description: 'Its name.', personal: workText('creatorId') },
    description: { description: 'What to do, in detail.', filtered: true, personal: workText('creatorId') },
    estimateDays: 'Estimated effort in person-days.',
    startDate: 'First day.',
    dueDate: 'Last day.',
    status: { description: 'Its status, which is its column of the board.', values: TaskStatus },
    priority: { description: 'Its priority.', values: TaskPriority },
    rank: {
      description: 'Its rank in the column: compare byte by byte, then by id. Otherwise opaque.',
      as: 'position',
    },
    color: { description: 'Color of the card.', type: 'HexColorCode', personal: false },
    tags: { description: 'Its tags.', personal: false },
    recurrence: {
      description: 'The rule of RFC 5545 by which it recurs; null if it does not.',
      filtered: true,
      personal: false,
    },
    occursOn:
      'The day of its rule that it stands for, from which the next one is counted; it may be due on another day.',
    occurrence: 'Its number in the series that the rule makes, from 1; null if it does not recur.',
    completedAt: 'When it was done; null if it is open.',
  },
  search: { name: 'A', description: 'B' },
  filters: {
    search: {
      type: 'String',
      description: 'With these words in the name or the description, in French or English, with or without accents.',
      where: (text: string, task) => matchesText(text).RAW(task),
    },
    tag: {
      type: 'String',
      description: 'With this tag, ignoring case.',
      where: (tag: string, { tags }) => sql`extensions.tag_keys(${tags}) @> array[extensions.name_key(${tag})]`,
    },
  },
  list: 'The tasks of the organization.',
  trash: {
    name: 'name',
    description:
      'Brings a deleted task back from the trash with its subtasks, comments, checklist and dependencies, to its place on the ' +
      'board or the end of its column',
    write: { needs: 'task:write', allow: mayRestoreTask, allowedTo: 'your own, or anybody’s with task:delete' },
    requires: ({ viewer, current }) => openRule(viewer, current.projectId, 'input.id'),
    before: ({ tx, current }) => placeAgain(tx, current),
  },
});

const listed = { args: Task.page.args, totalCount: true, query: Task.page.query } as const;

builder.drizzleObjectFields(Task, (t) => ({
  dependsOn: t.relatedConnection(
    'dependsOn',
    { ...listed, description: 'The tasks that it depends on.' },
    ...Task.connection,
  ),
  progress: t.int({
    description:
      'Progress in percent: 100 if it is DONE, otherwise the share of DONE tasks among those of its subtasks, at any ' +
      'depth, that have no subtasks themselves.',
    select: { extras: { progress: progressOf } },
    resolve: ({ progress }) => progress,
  }),
  blocks: t.relatedConnection('blocks', { ...listed, description: 'The tasks that depend on it.' }, ...Task.connection),
}));

const task = { filter: () => filterOf('tasks') };
filterAlsoBy('tasks', 'dependsOn', { ...task, description: 'That depend on a matching task.' });
filterAlsoBy('tasks', 'blocks', { ...task, description: 'That a matching task depends on.' });
