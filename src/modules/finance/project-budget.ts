import { eq, max } from 'drizzle-orm';
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
    reason: { description: 'Why the budget was revised.', max: 2_000, personal: false },
  },
  order: { revision: 'desc' },
  list: 'The budgets of all projects.',
  create: {
    description: 'Sets the budget of a project: its first one, or the next revision.',
    writes: ['projectId', 'saleTotal', 'estimatedCost', 'targetMarginPercent', 'reason'],
    before: async ({ tx, values }) => ({ revision: await nextRevision(tx, values.projectId) }),
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
