import { builder } from '../../graphql/declare/builder.ts';
import { Money } from '../../graphql/declare/money.ts';
import { requirePermission } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { AppError } from '../../lib/errors.ts';
import type { Money as MoneyShape } from '../../lib/money.ts';
import { Project } from '../projects/project.ts';
import { seesAllTime } from '../time/policy.ts';
import { summaryStatement } from './summary-statement.ts';

interface Summary {
  projects: number;
  day: string;
  currency: string;
  /** The amounts by their names in the statement. */
  amounts: Record<string, string | null>;
}

const amounts = {
  producedTotal:
    'What the work is worth: validated, billable time at the rate of its day, or the complete part of a fixed price, and approved billable expenses.',
  invoicedTotal:
    'What is invoiced of it: issued invoices less their credit notes. A down payment counts once an invoice takes it back.',
  toBeInvoiced:
    'Work that is done and not invoiced yet (FAE, account 418): the excess of what was produced, by project.',
  deferred: 'Work that is invoiced and not done yet (PCA, account 487): the excess of what was invoiced, by project.',
  downPaymentTotal: 'Down payments that no invoice has taken back yet (account 4191).',
  saleTotal: 'The sale totals of the budgets in force.',
} as const;

const FinancialSummary = builder.objectRef<Summary>('FinancialSummary').implement({
  description: 'What projects produced and invoiced up to a day, without VAT, in the organization’s currency.',
  fields: (t) => ({
    projects: t.exposeInt('projects', { description: 'Number of projects.' }),
    day: t.expose('day', { type: 'LocalDate', description: 'The last day that is counted.' }),
    ...(Object.fromEntries(
      Object.entries(amounts).map(([name, description]) => [
        name,
        t.field({
          type: Money,
          description,
          resolve: ({ amounts: of, currency }): MoneyShape => ({ amount: of[name] ?? '0', currency }),
        }),
      ]),
    ) as object),
    burnPercent: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'What was produced, in percent of the sale totals; null where they are 0.',
      resolve: ({ amounts: of }) => of.burnPercent ?? null,
    }),
    unratedHours: t.field({
      type: 'Decimal',
      description: 'Validated, billable hours of people without a rate on the day: they are worth nothing above.',
      resolve: ({ amounts: of }) => of.unratedHours ?? '0',
    }),
  }),
});

builder.queryField('financialSummary', (t) =>
  t.field({
    type: FinancialSummary,
    nullable: true,
    authScopes: { reads: 'projectBudgets' },
    extensions: { module: 'finance' },
    description:
      'What a project, or all projects that you may see, produced and invoiced up to a day; null for a project that you may ' +
      'not see. Invoices of no project are left out. Needs budget:read, invoice:read, cost:read and time:read-all.',
    args: {
      projectId: t.arg.globalID({ for: Project, description: 'The project; all by default.' }),
      day: t.arg({ type: 'LocalDate', description: 'The last day that is counted; today by default.' }),
    },
    complexity: 100,
    resolve: async (_root, args, { db, tenant, viewer }) => {
      for (const permission of ['invoice:read', 'cost:read'] as const) requirePermission(viewer, permission);
      if (!seesAllTime(viewer)) throw new AppError('FORBIDDEN', 'This needs the permission time:read-all');
      const day = args.day ?? dayIn(tenant.timeZone);
      const id = args.projectId?.id;
      const [row] = await db.grouped('projects', id ? { id } : undefined, (visible) => summaryStatement(visible, day));
      const { projects, ...found } = row as unknown as { projects: number } & Summary['amounts'];
      if (id && !projects) return null;
      return { projects, day, currency: tenant.currency, amounts: found };
    },
  }),
);
