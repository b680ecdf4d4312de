import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { canEditComment } from './policy.ts';

defineResource('taskComments', {
  name: 'TaskComment',
  noun: 'comment',
  description: 'What somebody says about a task.',
  parent: 'task',
  read: 'parent',
  write: { needs: 'task:write', allow: canEditComment, allowedTo: 'your own, or anybody’s with channel:moderate' },
  fields: {
    task: { description: 'Task that it is about.', listDescription: 'What people say about it.' },
    author: 'Who wrote it; null when you may not see them.',
    content: { description: 'What it says.', filtered: true, personal: workText('authorId') },
    editedAt: 'When its text last changed; null as long as it never did.',
  },
  list: false,
  create: {
    description: 'Writes a comment under a task.',
    writes: ['taskId', 'content'],
    before: ({ viewer }) => ({ authorId: viewer.profileId }),
  },
  update: {
    writes: ['content'],
    before: ({ current, next }) => ({ ...(next.content !== current.content && { editedAt: new Date() }) }),
  },
  delete: true,
});
