import { eq, max } from 'drizzle-orm';
import { badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { readableBudgets } from './policy.ts';
import { projectBudgets } from './tables.ts';

defineResource('projectBudgets', {
  name: 'ProjectBudget',
  noun: 'budget',
  description: 'A revision of the budget of a project. It never changes; the highest revision holds.',
  module: 'finance',
  parent: 'project',
  lockParent: true,
  read: readableBudgets<'projectBudgets'>,
  write: 'budget:write',
  fields: {
    project: { description: 'The project.', listDescription: 'Its budgets, latest revision first.' },
    revision: { description: 'Number of the revision, from 1.', min: 1, max: 1_000_000 },
    saleTotal: { description: 'What the client pays, without VAT.', type: 'Money' },
    estimatedCost: { description: 'What the work is expected to cost.', type: 'Money' },
    targetMarginPercent: { description: 'The margin to reach, in percent of the sale.', min: 0, max: 100 },
    billing: {
      description: 'How the work is billed.',
      values: {
        TIME_AND_MATERIALS: 'By the validated days and their rates.',
        FIXED_PRICE: 'By the percentage of the sale total that is complete.',
        INTERNAL: 'Not at all.',
      },
    },
    percentComplete: {
      description:
        'How much of a fixed price is complete, in percent; null for other budgets. Progress is a new revision.',
      inputDescription: 'How much of a fixed price is complete, in percent',
      min: 0,
      max: 100,
    },
    reason: { description: 'Why the budget was revised.', max: 2_000, personal: false },
  },
  order: { revision: 'desc' },
  list: 'The budgets of all projects.',
  create: {
    description: 'Sets the budget of a project: its first one, or the next revision.',
    writes: [
      ...['projectId', 'saleTotal', 'estimatedCost', 'targetMarginPercent', 'billing', 'percentComplete', 'reason'],
    ] as const,
    before: async ({ tx, values }) => {
      if (typeof values.percentComplete === 'string' && values.billing !== 'FIXED_PRICE')
        throw badInput('is for a fixed price', 'input.percentComplete');
      return { revision: await nextRevision(tx, values.projectId) };
    },
  },
});

/** The project is locked, so that two revisions never get the same number. */
async function nextRevision(tx: TenantTx, projectId: string): Promise<number> {
  const [last] = await tx
    .select({ revision: max(projectBudgets.revision) })
    .from(projectBudgets)
    .where(eq(projectBudgets.projectId, projectId));
  return (last?.revision ?? 0) + 1;
}
