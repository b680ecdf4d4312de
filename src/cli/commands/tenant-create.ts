import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { provisionTenant } from '../../fleet/schemas/provision.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  slug?: string;
  timeZone: string;
  locale: string;
  currency: string;
  json?: boolean;
}

export async function run(host: Host, name: string, { json, ...options }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const { slug } = await provisionTenant(toolbox.fleet, { name, ...options });
  const made = await getTenantOverview(toolbox.catalog, slug);
  print(host, json, describeTenant(made), () => `created ${made.slug} in ${made.schemaName}`);
}
