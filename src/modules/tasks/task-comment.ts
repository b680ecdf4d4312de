import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { canEditComment } from './policy.ts';

defineResource('taskComments', {
  name: 'TaskComment',
  noun: 'comment',
  description: 'A comment on a task.',
  parent: 'task',
  read: 'parent',
  write: { needs: 'task:write', allow: canEditComment, allowedTo: 'your own, or anybody’s with channel:moderate' },
  fields: {
    task: { description: 'The task.', listDescription: 'Its comments.' },
    author: 'The author; null if you may not see them.',
    content: { description: 'The text.', filtered: true, personal: workText('authorId') },
    editedAt: 'When its text last changed; null if it never did.',
  },
  search: { content: 'D' },
  list: false,
  create: {
    description: 'Adds a comment to a task.',
    writes: ['taskId', 'content'],
    before: ({ viewer }) => ({ authorId: viewer.profileId }),
  },
  update: {
    writes: ['content'],
    before: ({ current, next }) => ({ ...(next.content !== current.content && { editedAt: new Date() }) }),
  },
  delete: true,
});
