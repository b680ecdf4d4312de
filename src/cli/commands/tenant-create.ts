import type { Command } from 'commander';
import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { provisionTenant } from '../../fleet/schemas/provision.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

interface Options {
  slug?: string;
  timeZone: string;
  locale: string;
  currency: string;
  json?: boolean;
}

export function addTenantCreate(tenant: Command, host: Host): void {
  tenant
    .command('create <name>')
    .description('Create a company with a schema of its own. Interrupted, the same command with --slug makes it whole.')
    .option('--slug <slug>', 'its name in addresses: 3 to 50 of a-z, 0-9 and -; made from the name when absent')
    .option('--time-zone <zone>', 'its time zone', 'UTC')
    .option('--locale <locale>', 'its locale', 'en')
    .option('--currency <code>', 'its currency', 'EUR')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { json, ...options }: Options) => {
      await using toolbox = await host.open();
      const { slug } = await provisionTenant(toolbox.fleet, { name, ...options });
      const made = await getTenantOverview(toolbox.catalog, slug);
      print(host, json, describeTenant(made), () => `created ${made.slug} in ${made.schemaName}`);
    });
}
