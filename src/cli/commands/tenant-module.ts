import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { disableModule, enableModule } from '../../fleet/schemas/switch-module.ts';
import { describeChange } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export interface Flags extends JsonFlag {
  purge?: boolean;
  destroyIssued?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function runEnable(host: Host, slug: string, name: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const changed = await enableModule(toolbox.fleet, id, name, by);
  print(host, json, describeChange(changed), () => `${slug} has the module ${name}`);
}

export async function runDisable(
  host: Host,
  slug: string,
  name: string,
  { purge, destroyIssued, json }: Flags,
): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const options = { by, purge: purge ?? false, destroyIssued: destroyIssued ?? false };
  const changed = await disableModule(toolbox.fleet, id, name, options);
  print(host, json, describeChange(changed), () => `${slug} no longer has the module ${name}`);
}
