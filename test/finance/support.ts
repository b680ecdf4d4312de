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
