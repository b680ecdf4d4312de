import { expect, it } from 'vitest';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { contentHash } from '../../src/modules/finance/content-hash.ts';
import { invoiceLines, invoices } from '../../src/modules/finance/tables.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { archiveOf, scratchFolder, withAdmins } from '../archive/support.ts';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { world } from '../support/world.ts';
import { create, withFinance, withIdentities } from './support.ts';

const server = await world();
const folder = await scratchFolder();

/** The stored hash of each invoice, and the hash of what it says now. */
const hashesIn = (tenant: Tenant) =>
  server.app.binding.read(
    tenant,
    async (db) => {
      const lines = await db.select().from(invoiceLines);
      const issued = await db.select().from(invoices);
      return issued.map((invoice) => ({
        ...{ number: invoice.number, stored: invoice.contentHash },
        now: contentHash(
          invoice,
          lines.filter(({ invoiceId }) => invoiceId === invoice.id),
        ),
      }));
    },
    { roleClass: 'job' },
  );

it('an issued invoice has the same content, by its hash, in an organization that is restored from an archive', async () => {
  const company = await withFinance(server, await server.company('Archived'));
  const manager = await company.as('MANAGER');
  const clientId = await createClient(manager);
  await withIdentities(manager, clientId);
  const seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'F-' });
  for (const [currency, exchangeRate] of [
    ['EUR', '1'],
    ['USD', '0.86205'],
  ]) {
    const invoiceId = await create(manager, 'Invoice', { clientId, currency, exchangeRate, note: 'Où ? 1.50' });
    for (const unitPrice of ['517.35', '10.030000'])
      await create(manager, 'InvoiceLine', { invoiceId, name: 'Été', quantity: '1.25', unitPrice, vatRate: '5.50' });
    await run(manager, 'issueInvoice', { id: invoiceId, seriesId });
  }
  const before = await hashesIn(company.tenant);
  expect(before.map(({ number, stored, now }) => [number, stored === now])).toEqual([
    ['F-0001', true],
    ['F-0002', true],
  ]);
  const archive = await archiveOf(server, company.tenant, folder);
  const restored = await withAdmins(server, (admins) =>
    restoreNew(server.app.fleet, admins, archive, { slug: `billing-${process.pid}` }),
  );
  expect(await hashesIn(restored)).toEqual(before);
});
