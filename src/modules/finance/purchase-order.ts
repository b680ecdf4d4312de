import { defineResource } from '../events/resource.ts';
import { readableBudgets } from './policy.ts';

defineResource('purchaseOrders', {
  name: 'PurchaseOrder',
  description: 'A client’s order for the work of a project: an amount, a number of days, or both.',
  module: 'finance',
  parent: 'project',
  read: readableBudgets<'purchaseOrders'>,
  write: 'budget:write',
  fields: {
    project: { description: 'The project.', listDescription: 'The client’s orders for this project.' },
    number: {
      description: 'The client’s number of the order; unique in the project, regardless of case.',
      personal: false,
    },
    amount: { description: 'Ordered amount without VAT; null without a limit.', type: 'Money' },
    days: { description: 'Ordered days; null without a limit.', min: 0, max: 1_000_000 },
    fromDate: { description: 'First day; null for an open start.', absent: 'first' },
    toDate: { description: 'Last day; null for an open end.', notBefore: 'fromDate' },
  },
  list: 'The orders of clients.',
  create: { writes: ['projectId', 'number', 'amount', 'days', 'fromDate', 'toDate'] },
  update: { writes: ['number', 'amount', 'days', 'fromDate', 'toDate'] },
  upsert: 500,
  delete: { inUse: 'Invoices refer to this order' },
});
