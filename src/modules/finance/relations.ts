import { defineRelationsPart } from 'drizzle-orm';
import * as clients from '../clients/tables.ts';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as time from '../time/tables.ts';
import * as tables from './tables.ts';

export const financeRelations = defineRelationsPart(
  { ...people, ...clients, ...projects, ...time, ...tables },
  (r) => ({
    legalIdentities: {
      client: r.one.clients({ from: r.legalIdentities.clientId, to: r.clients.id }),
    },
    purchaseOrders: {
      project: r.one.projects({ from: r.purchaseOrders.projectId, to: r.projects.id, optional: false }),
    },
    projectBudgets: {
      project: r.one.projects({ from: r.projectBudgets.projectId, to: r.projects.id, optional: false }),
    },
    expenses: {
      project: r.one.projects({ from: r.expenses.projectId, to: r.projects.id, optional: false }),
      profile: r.one.profiles({ from: r.expenses.profileId, to: r.profiles.id, optional: false, alias: 'spending' }),
      reviewer: r.one.profiles({ from: r.expenses.reviewerId, to: r.profiles.id, alias: 'expenseReview' }),
    },
    invoices: {
      client: r.one.clients({ from: r.invoices.clientId, to: r.clients.id, optional: false }),
      project: r.one.projects({ from: r.invoices.projectId, to: r.projects.id }),
      series: r.one.invoiceSeries({ from: r.invoices.seriesId, to: r.invoiceSeries.id }),
      creditedInvoice: r.one.invoices({ from: r.invoices.creditedInvoiceId, to: r.invoices.id, alias: 'credit' }),
      creditNotes: r.many.invoices({ from: r.invoices.id, to: r.invoices.creditedInvoiceId, alias: 'credit' }),
      allocations: r.many.paymentAllocations({ from: r.invoices.id, to: r.paymentAllocations.invoiceId }),
      lines: r.many.invoiceLines({ from: r.invoices.id, to: r.invoiceLines.invoiceId, alias: 'lines' }),
    },
    invoiceLines: {
      invoice: r.one.invoices({
        ...{ from: r.invoiceLines.invoiceId, to: r.invoices.id, optional: false, alias: 'lines' },
      }),
      downPayment: r.one.invoices({ from: r.invoiceLines.downPaymentId, to: r.invoices.id, alias: 'downPayment' }),
      expense: r.one.expenses({ from: r.invoiceLines.expenseId, to: r.expenses.id }),
      timeEntries: r.many.invoicedTimeEntries({ from: r.invoiceLines.id, to: r.invoicedTimeEntries.invoiceLineId }),
    },
    invoicedTimeEntries: {
      invoiceLine: r.one.invoiceLines({
        from: r.invoicedTimeEntries.invoiceLineId,
        to: r.invoiceLines.id,
        optional: false,
      }),
      timeEntry: r.one.timeEntries({ from: r.invoicedTimeEntries.timeEntryId, to: r.timeEntries.id, optional: false }),
    },
    payments: {
      client: r.one.clients({ from: r.payments.clientId, to: r.clients.id, optional: false }),
      allocations: r.many.paymentAllocations({ from: r.payments.id, to: r.paymentAllocations.paymentId }),
    },
    paymentAllocations: {
      payment: r.one.payments({ from: r.paymentAllocations.paymentId, to: r.payments.id, optional: false }),
      invoice: r.one.invoices({ from: r.paymentAllocations.invoiceId, to: r.invoices.id, optional: false }),
    },
    invoiceSeries: {
      invoices: r.many.invoices({ from: r.invoiceSeries.id, to: r.invoices.seriesId }),
    },
    clients: {
      invoices: r.many.invoices({ from: r.clients.id, to: r.invoices.clientId }),
      payments: r.many.payments({ from: r.clients.id, to: r.payments.clientId }),
      legalIdentities: r.many.legalIdentities({ from: r.clients.id, to: r.legalIdentities.clientId }),
    },
    projects: {
      invoices: r.many.invoices({ from: r.projects.id, to: r.invoices.projectId }),
      purchaseOrders: r.many.purchaseOrders({ from: r.projects.id, to: r.purchaseOrders.projectId }),
      budgets: r.many.projectBudgets({ from: r.projects.id, to: r.projectBudgets.projectId }),
      expenses: r.many.expenses({ from: r.projects.id, to: r.expenses.projectId }),
    },
    profiles: {
      expenses: r.many.expenses({ from: r.profiles.id, to: r.expenses.profileId, alias: 'spending' }),
    },
  }),
);
