import { uuidv7 } from '../lib/ids.ts';
import { send } from './ask.ts';
import { memberOf, type ScratchOrganization, sampleSource } from './scratch-organization.ts';
import type { ProofTarget } from './target.ts';

type Created = Record<string, { id: string } | null> | null | undefined;

/** A paid invoice: a sample of single mutations never issues one. */
export async function seedInvoices({ servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'OWNER');
  const clientId = sampleSource(organization).idOf('Client');
  /** Runs a mutation; gives the id of an object of its payload. */
  const run = async (name: string, input: object, field: string): Promise<string> => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${field} { id } } }`;
    const { data } = await send(servers[0]!, { query, variables: { input }, headers });
    return (data?.done as Created)?.[field]?.id ?? '';
  };
  const numbers = { siren: '100000009', vatNumber: 'FR88100000009' };
  for (const party of [{}, { clientId }])
    await run('createLegalIdentity', { legalName: 'Sample', ...numbers, ...party }, 'legalIdentity');
  const prefix = `P${uuidv7().slice(-8)}-`;
  const seriesId = await run('createInvoiceSeries', { name: prefix, prefix }, 'invoiceSeries');
  const invoiceId = await run('createInvoice', { clientId }, 'invoice');
  await run('createInvoiceLine', { invoiceId, name: 'Sample', unitPrice: '100', vatRate: '20' }, 'invoiceLine');
  await run('issueInvoice', { id: invoiceId, seriesId }, 'invoice');
  await run('payInvoice', { invoiceId, receivedOn: '2026-01-05', amount: '50' }, 'payment');
}
