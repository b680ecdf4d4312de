import { and, asc, between, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockRule } from '../../access/rule-lock.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { rowId } from '../../graphql/declare/resource/row-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { dayField, decimalField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { projects } from '../projects/tables.ts';
import { setExpense } from './charge-expense.ts';
import { Invoice } from './invoice.ts';
import { InvoiceLine } from './invoice-line.ts';
import { expenses, invoiceLines } from './tables.ts';

/** The most expenses of an invoice: each is a line. */
const mostExpenses = 200;

const input = z.object({
  projectId: uuidField,
  fromDate: dayField,
  toDate: dayField,
  vatRate: decimalField(2, { min: 0, max: 100 }),
});

defineMutation('invoiceExpenses', {
  description:
    'Makes a draft of an invoice from the approved, billable expenses of a project in a period that no invoice charges ' +
    'yet: a line for each, without its VAT. Fails with INVALID_STATE if there is none. Needs invoice:write.',
  permission: 'invoice:write',
  module: 'finance',
  input: (t) => ({
    projectId: rowId(t, 'projects', { required: true, description: 'The project.' }),
    fromDate: t.field({ type: 'LocalDate', required: true, description: 'First day of the period.' }),
    toDate: t.field({ type: 'LocalDate', required: true, description: 'Last day of the period.' }),
    vatRate: t.field({ type: 'Decimal', required: true, description: 'Rate of VAT in percent (category S).' }),
  }),
  run: ({ tx, viewer }, given) => invoiceExpenses(tx, viewer, given),
  payload: (t) => ({ invoice: changed(t, Invoice, 'invoices') }),
});

async function invoiceExpenses(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { projectId, fromDate, toDate, vatRate } = checkInput(input, raw);
  if (toDate < fromDate) throw badInput('must not be before fromDate', 'input.toDate');
  // Two invoices of one project at once: the second waits, and then finds what the first one charges
  lockRule(tx, `expenses to invoice ${projectId}`);
  // Its client is still that of the invoice when the transaction ends
  const { clientId } = await lockVisible(tx, viewer, projects, projectId, 'Project', 'input.projectId');
  const spent = await lockExpenses(tx, projectId, fromDate, toDate);
  if (!spent.length)
    throw new AppError('INVALID_STATE', 'There are no expenses to invoice', { field: 'input.projectId' });
  if (spent.length > mostExpenses) throw badInput(`leaves more than ${mostExpenses} expenses`, 'input.toDate');
  const draft = await Invoice.create(tx, viewer, { clientId, projectId, periodStart: fromDate, periodEnd: toDate });
  for (const { id: expenseId, description: name, netAmount: unitPrice } of spent) {
    const { id } = await InvoiceLine.create(tx, viewer, { invoiceId: draft.id, name, unitPrice, vatRate });
    await setExpense(tx, viewer, id, null, expenseId);
  }
  return draft;
}

const lockExpenses = (tx: TenantTx, projectId: string, fromDate: string, toDate: string) =>
  tx
    .select({ id: expenses.id, description: expenses.description, netAmount: expenses.netAmount })
    .from(expenses)
    .where(
      and(
        eq(expenses.projectId, projectId),
        between(expenses.spentOn, fromDate, toDate),
        eq(expenses.status, 'APPROVED'),
        eq(expenses.billable, true),
        sql`not exists (select from ${invoiceLines}
          where ${and(eq(invoiceLines.expenseId, expenses.id), isNull(invoiceLines.expenseReleasedAt))})`,
      ),
    )
    .orderBy(asc(expenses.spentOn), asc(expenses.id))
    .limit(mostExpenses + 1)
    .for('no key update');
