import { describe, expect, it } from 'vitest';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { restoreOver } from '../../src/fleet/archive/restore-over.ts';
import { disableModule } from '../../src/fleet/schemas/switch-module.ts';
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
const by = { by: { actor: { kind: 'SYSTEM' } } } as const;

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

describe('issued invoices', () => {
  it('are destroyed neither by an older archive nor with their module, unless the operator says so', async () => {
    const company = await withFinance(server, await server.company('Kept'));
    const manager = await company.as('MANAGER');
    const clientId = await createClient(manager);
    await withIdentities(manager, clientId);
    const seriesId = await create(manager, 'InvoiceSeries', { name: 'Sales', prefix: 'K-' });
    const bill = async () => {
      const invoiceId = await create(manager, 'Invoice', { clientId });
      await create(manager, 'InvoiceLine', { invoiceId, name: 'Work', unitPrice: '100', vatRate: '20' });
      return invoiceId;
    };
    await run(manager, 'issueInvoice', { id: await bill(), seriesId });
    const draft = await bill();
    const [older, newer] = [await archiveOf(server, company.tenant, folder), draft];
    await run(manager, 'issueInvoice', { id: newer, seriesId });
    const restore = (archive: typeof older, more: object = {}) =>
      withAdmins(server, (admins) =>
        restoreOver(server.app.fleet, admins, { archive, tenant: company.tenant }, { safety: null, ...more }),
      );
    const purge = (more: object = {}) =>
      disableModule(server.app.fleet, company.tenant.id, 'finance', { ...by, purge: true, ...more });
    const refused = (count: number) => ({ code: 'INVALID_STATE', details: { issued: { invoices: count } } });
    await expect(restore(older)).rejects.toMatchObject(refused(1));
    await expect(purge()).rejects.toMatchObject(refused(2));
    const numbers = async () =>
      (
        await manager.ok('{ invoices(orderBy: [{ field: NUMBER, direction: ASC }]) { nodes { number } } }')
      ).invoices.nodes.map(({ number }: { number: string | null }) => number);
    expect(await numbers()).toEqual(['K-0001', 'K-0002']);
    const same = await archiveOf(server, company.tenant, folder);
    await restore(same);
    await restore(older, { destroyIssued: true });
    const hasFinance = async () => (await server.app.directory.findById(company.tenant.id))?.modules.has('finance');
    expect(await hasFinance()).toBe(true);
    await purge({ destroyIssued: true });
    expect(await hasFinance()).toBe(false);
  });
});
