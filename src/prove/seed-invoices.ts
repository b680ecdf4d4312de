import { uuidv7 } from '../lib/ids.ts';
import { send } from './ask.ts';
import { memberOf, type ScratchOrganization, sampleSource } from './scratch-organization.ts';
import type { ProofTarget } from './target.ts';

type Run = (name: string, input: object, field: string, by?: Record<string, string>) => Promise<string>;
type Created = Record<string, { id: string } | null> | null | undefined;

/** A paid invoice: a sample of single mutations never issues one. */
export async function seedInvoices({ servers }: ProofTarget, organization: ScratchOrganization): Promise<void> {
  const { headers } = memberOf(organization, 'OWNER');
  const clientId = sampleSource(organization).idOf('Client');
  /** Runs a mutation; gives the id of an object of its payload. */
  const run: Run = async (name, input, field, by = headers) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${field} { id } } }`;
    const { data } = await send(servers[0]!, { query, variables: { input }, headers: by });
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
  await invoiceTime(organization, clientId, run);
  await run('payInvoice', { invoiceId, receivedOn: '2026-01-05', amount: '50' }, 'payment');
}

/** An invoice of a validated time entry. */
async function invoiceTime(organization: ScratchOrganization, clientId: string, run: Run): Promise<void> {
  const name = `Invoiced ${uuidv7().slice(-8)}`;
  const projectId = await run('createProject', { clientId, name, startDate: '2026-01-01' }, 'project');
  const { headers } = memberOf(organization, 'MEMBER');
  const entry = { projectId, workDate: '2026-01-05', hours: '4' };
  const id = await run('createTimeEntry', entry, 'timeEntry', headers);
  await run('validateTimeEntries', { ids: [id] }, 'timeEntries');
  const period = { fromDate: '2026-01-01', toDate: '2026-01-31' };
  await run('invoiceTime', { projectId, ...period, dayRate: '500', vatRate: '20' }, 'invoice');
}
