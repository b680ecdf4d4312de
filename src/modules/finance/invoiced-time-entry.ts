import { inArray } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { narrowHistory } from '../events/narrowed-history.ts';
import { recordEvents } from '../events/record-event.ts';
import { defineResource } from '../events/resource.ts';
import { readableInvoicedEntries } from './policy.ts';
import { invoicedTimeEntries } from './tables.ts';

defineResource('invoicedTimeEntries', {
  name: 'InvoicedTimeEntry',
  nouns: 'invoiced time entries',
  description: 'A time entry that a line of an invoice charges.',
  module: 'finance',
  parent: 'invoiceLine',
  read: readableInvoicedEntries,
  fields: {
    invoiceLine: { description: 'The line.', listDescription: 'The time entries that it charges.' },
    timeEntry: { description: 'The time entry; null if you may not see it.' },
    createdAt: 'When it was charged.',
    releasedAt: {
      description: 'When the invoice was credited in full, which lets another invoice charge it; null before that.',
      inputDescription: 'When the invoice was credited in full',
    },
  },
  list: false,
});

narrowHistory('InvoicedTimeEntry', ({ role }) => (role === 'CLIENT' ? [] : 'all'));

type Link = Pick<typeof invoicedTimeEntries.$inferSelect, 'invoiceLineId' | 'timeEntryId'>;

const event = (verb: string, id: string, { invoiceLineId, timeEntryId }: Link) => ({
  action: `invoicedTimeEntry.${verb}`,
  resourceType: 'InvoicedTimeEntry',
  resourceId: id,
  metadata: { invoiceLineId, timeEntryId },
});

/** Records that lines charge time entries; a unique index refuses an entry that another line charges. */
export async function chargeEntries(tx: TenantTx, viewer: Viewer, links: readonly Link[]): Promise<void> {
  const createdAt = new Date();
  const rows = links.map((link) => ({ id: uuidv7(), ...link, createdAt }));
  await tx.insert(invoicedTimeEntries).values(rows);
  await recordEvents(
    tx,
    viewer,
    rows.map(({ id, ...row }) => ({ ...event('created', id, row), after: row })),
  );
}

/** Sets the time entries of these lines free. */
export async function freeEntries(tx: TenantTx, viewer: Viewer, lineIds: readonly string[]): Promise<void> {
  if (!lineIds.length) return;
  const rows = await tx
    .delete(invoicedTimeEntries)
    .where(inArray(invoicedTimeEntries.invoiceLineId, [...lineIds]))
    .returning();
  await recordEvents(
    tx,
    viewer,
    rows.map((row) => ({ ...event('deleted', row.id, row), before: row })),
  );
}
