import { enableModule } from '../../src/fleet/schemas/switch-module.ts';
import { optionalModules } from '../../src/tenancy/modules.ts';
import type { Company, World } from './world.ts';

/** Switches every optional module on, as an operator does. */
export async function withAllModules({ app }: World, company: Company): Promise<Company> {
  for (const module of optionalModules)
    await enableModule(app.fleet, company.tenant.id, module, { actor: { kind: 'SYSTEM' } });
  return company;
}
