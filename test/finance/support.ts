import { enableModule } from '../../src/fleet/schemas/switch-module.ts';
import { run } from '../support/run.ts';
import type { Company, Member, World } from '../support/world.ts';

/** Switches finance on, as an operator does. */
export async function withFinance(server: World, company: Company): Promise<Company> {
  await enableModule(server.app.fleet, company.tenant.id, 'finance', { actor: { kind: 'SYSTEM' } });
  return company;
}

/** Runs a create mutation; gives the global id of what was made. */
export async function create(member: Member, type: string, input: object): Promise<string> {
  const field = `${type[0]!.toLowerCase()}${type.slice(1)}`;
  return (await run(member, `create${type}`, input, `${field} { id }`))[field].id;
}

/** Creates the legal identities of the organization and of a client. */
export async function withIdentities(member: Member, clientId: string): Promise<void> {
  const place = { street: '1 rue des Ateliers', postalCode: '69001', city: 'Lyon' };
  await run(member, 'createLegalIdentity', {
    ...{ legalName: 'Atelier', siren: '100000009', siret: '10000000900017', vatNumber: 'FR88100000009', ...place },
  });
  await run(member, 'createLegalIdentity', {
    ...{ clientId, legalName: 'Initech', siren: '200000008', vatNumber: 'FR37200000008', ...place },
    paymentDays: 30,
  });
}
