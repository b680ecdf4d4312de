import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage } from '../../graphql/declare/pages.ts';
import { profileFilter } from '../people/profile-filter.ts';
import { readableParts } from './policy.ts';
import { taskComments } from './tables.ts';
import { Task } from './task.ts';

defineRowRule('taskComments', readableParts<'taskComments'>);

export const TaskComment = builder.drizzleNode('taskComments', {
  name: 'TaskComment',
  description: 'What somebody says about a task.',
  id: { column: taskComments.id },
  select: { columns: {} },
  fields: (t) => ({
    task: t.relation('task', { description: 'Task that it is about.' }),
    author: t.relation('author', { nullable: true, description: 'Who wrote it; null when you may not see them.' }),
    content: t.exposeString('content', { description: 'What it says.' }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its text last changed; null as long as it never did.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const TaskCommentConnection = defineConnection(TaskComment, 'TaskComment');

const commentFilter: Filter<'taskComments'> = defineFilter('TaskCommentFilter', 'taskComments', {
  description: 'Which comments.',
  fields: {
    id: { id: 'TaskComment', column: 'id', description: 'By id.' },
    authorId: { id: 'Profile', column: 'authorId', description: 'By author.' },
    content: { as: 'String', column: 'content', description: 'By what they say.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were written.' },
    editedAt: { as: 'DateTime', column: 'editedAt', description: 'By when they were edited; absent when never.' },
  },
  relations: { author: { filter: () => profileFilter, description: 'By their author.' } },
});

const commentOrder = defineOrder('TaskComment', 'taskComments', {
  CREATED_AT: { column: 'createdAt', description: 'When they were written.' },
});

const commentPage = definePage(commentFilter, commentOrder);

builder.drizzleObjectFields(Task, (t) => ({
  comments: t.relatedConnection(
    'comments',
    { args: commentPage.args, totalCount: true, description: 'What people say about it.', query: commentPage.query },
    ...TaskCommentConnection,
  ),
}));
