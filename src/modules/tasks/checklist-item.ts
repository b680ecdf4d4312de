import { rowId } from '../../graphql/declare/resource/row-id.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { defineResource } from '../events/resource.ts';
import { listItems, mostItems, rankInChecklist } from './checklist.ts';

/** Whoever changes the order of a checklist locks its task. */
export const ChecklistItem = defineResource('checklistItems', {
  name: 'ChecklistItem',
  noun: 'item',
  description: 'A step in the checklist of a task.',
  parent: 'task',
  lockParent: true,
  read: 'parent',
  write: 'task:write',
  fields: {
    task: { description: 'The task.', listDescription: 'Its steps in order.' },
    name: 'Its text.',
    isDone: 'Whether it is done.',
    rank: {
      description: 'Its rank in the checklist: compare byte by byte, then by id. Otherwise opaque.',
      as: 'position',
    },
  },
  order: { rank: 'asc' },
  list: false,
  create: {
    description: 'Adds a step to the checklist of a task.',
    writes: ['taskId', 'name'],
    input: (t) => ({
      afterId: rowId(t, 'checklistItems', { description: 'Right after this item; at the end by default.' }),
    }),
    before: async ({ tx, parent, extra }) => {
      const all = await listItems(tx, parent.id);
      if (all.length >= mostItems) {
        throw new AppError('INVALID_STATE', `A checklist has at most ${mostItems} items`, { field: 'input.taskId' });
      }
      return { rank: await rankInChecklist(tx, all, extra) };
    },
  },
  update: { description: 'Renames a step, or marks it as done or open.', writes: ['name', 'isDone'] },
  delete: { description: 'Removes a step from the checklist.' },
});

ChecklistItem.action('move', {
  description: 'Moves a step right before or right after another one, or to the end',
  event: 'moved',
  writes: [],
  input: (t) => ({
    beforeId: t.globalID({ for: ChecklistItem, description: 'Right before this one. Not together with `afterId`.' }),
    afterId: t.globalID({ for: ChecklistItem, description: 'Right after this one.' }),
  }),
  before: async ({ tx, current, extra }) => {
    if (extra.beforeId && extra.afterId) throw badInput('beforeId and afterId cannot be combined', 'input.afterId');
    const others = (await listItems(tx, current.taskId)).filter(({ id }) => id !== current.id);
    return { rank: await rankInChecklist(tx, others, extra, current.rank) };
  },
});
