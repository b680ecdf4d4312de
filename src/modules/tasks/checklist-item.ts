import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage } from '../../graphql/declare/pages.ts';
import { readableParts } from './policy.ts';
import { checklistItems } from './tables.ts';
import { Task } from './task.ts';

defineRowRule('checklistItems', readableParts<'checklistItems'>);

export const ChecklistItem = builder.drizzleNode('checklistItems', {
  name: 'ChecklistItem',
  description: 'A step of a task, to be ticked off.',
  id: { column: checklistItems.id },
  select: { columns: {} },
  fields: (t) => ({
    task: t.relation('task', { description: 'Task that it is a step of.' }),
    name: t.exposeString('name', { description: 'What to do.' }),
    isDone: t.exposeBoolean('isDone', { description: 'Whether it is ticked off.' }),
    position: t.exposeString('rank', {
      description: 'Where it stands in the checklist: compare byte by byte, then by id. Otherwise opaque.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ChecklistItemConnection = defineConnection(ChecklistItem, 'ChecklistItem');

const itemFilter: Filter<'checklistItems'> = defineFilter('ChecklistItemFilter', 'checklistItems', {
  description: 'Which items.',
  fields: {
    id: { id: 'ChecklistItem', column: 'id', description: 'By id.' },
    name: { as: 'String', column: 'name', description: 'By what to do.' },
    isDone: { as: 'Boolean', column: 'isDone', description: 'By whether they are ticked off.' },
  },
});

const itemOrder = defineOrder(
  'ChecklistItem',
  'checklistItems',
  {
    POSITION: { column: 'rank', description: 'Place in the checklist.' },
    NAME: { column: 'name', description: 'What to do.' },
    CREATED_AT: { column: 'createdAt', description: 'When they were made.' },
  },
  [{ field: 'POSITION', direction: 'asc' }],
);

const itemPage = definePage(itemFilter, itemOrder);

builder.drizzleObjectFields(Task, (t) => ({
  checklist: t.relatedConnection(
    'checklist',
    { args: itemPage.args, totalCount: true, description: 'Its steps, in their order.', query: itemPage.query },
    ...ChecklistItemConnection,
  ),
}));
