import type { RowRule } from '../../access/row-rules.ts';
import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { ofReadableProjects } from '../projects/policy.ts';

/** Viewers of a part of a project must also see the project. */
const isStaffWith = (viewer: Viewer, permission: Permission): boolean =>
  viewer.role !== 'CLIENT' && viewer.permissions.has(permission) && viewer.permissions.has('project:read');

/** A CLIENT sees the identities of the clients whose contact it is, not the organization's. */
export function readableIdentities(viewer: Viewer): RowRule<'legalIdentities'> {
  if (!viewer.permissions.has('invoice:read')) return 'none';
  return viewer.role === 'CLIENT' ? { client: { contactId: viewer.profileId } } : 'all';
}

/** Those of the projects that one sees. A CLIENT sees no budgets, whatever its permissions. */
export function readableBudgets<T extends 'purchaseOrders' | 'projectBudgets'>(viewer: Viewer): RowRule<T> {
  return isStaffWith(viewer, 'budget:read') ? ofReadableProjects<T>(viewer) : 'none';
}

/**
 * All expenses of the projects that one sees with expense:approve or budget:read, and always one’s own with
 * expense:submit; a CLIENT sees none.
 */
export function readableExpenses(viewer: Viewer): RowRule<'expenses'> {
  const own = isStaffWith(viewer, 'expense:submit') ? { profileId: viewer.profileId } : undefined;
  if (!isStaffWith(viewer, 'expense:approve') && !isStaffWith(viewer, 'budget:read')) return own ?? 'none';
  const inProjects = ofReadableProjects<'expenses'>(viewer);
  if (inProjects === 'all' || !own) return inProjects;
  return { OR: [own, inProjects] };
}

/**
 * All invoices of the projects that one sees, and those of no project for viewers of all projects. A CLIENT sees the
 * issued ones of the clients whose contact it is.
 */
export function readableInvoices(viewer: Viewer): RowRule<'invoices'> {
  if (viewer.role !== 'CLIENT') return isStaffWith(viewer, 'invoice:read') ? ofReadableProjects(viewer) : 'none';
  if (!viewer.permissions.has('invoice:read')) return 'none';
  return { client: { contactId: viewer.profileId }, status: { notIn: ['DRAFT', 'CANCELLED'] } };
}

/** Those of the lines that one sees. A CLIENT does not learn how many time entries a line charges. */
export function readableInvoicedEntries(viewer: Viewer): RowRule<'invoicedTimeEntries'> {
  const invoice = viewer.role === 'CLIENT' ? 'none' : readableInvoices(viewer);
  return invoice === 'none' || invoice === 'all' ? invoice : { invoiceLine: { invoice } };
}

/** Whether a writer of invoices also sees those that belong to no project. */
export const seesInvoicesOfNoProject = (viewer: Viewer): boolean =>
  viewer.role !== 'CLIENT' && viewer.permissions.has('project:read-all');

export const readableSeries = (viewer: Viewer): RowRule<'invoiceSeries'> =>
  viewer.role !== 'CLIENT' && viewer.permissions.has('invoice:read') ? 'all' : 'none';

/** Payments belong to no project: only viewers of all projects see them. */
export const seesPayments = (viewer: Viewer): boolean =>
  isStaffWith(viewer, 'invoice:read') && viewer.permissions.has('project:read-all');

export const readablePayments = (viewer: Viewer): RowRule<'payments'> => (seesPayments(viewer) ? 'all' : 'none');
