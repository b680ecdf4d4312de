import type { Command } from 'commander';
import { listTenants } from '../../tenancy/list-tenants.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

export function addTenantList(tenant: Command, host: Host): void {
  tenant
    .command('list')
    .description('List the companies.')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const tenants = await listTenants(toolbox.catalog);
      const text = () =>
        table(
          ['SLUG', 'NAME', 'STATUS', 'SCHEMA', 'MODULES'],
          tenants.map((each) => [each.slug, each.name, each.status, each.schemaName, each.modules.size]),
        );
      print(host, json, tenants.map(describeTenant), text);
    });
}

/** A tenant as commands print it. */
export const describeTenant = (tenant: Awaited<ReturnType<typeof listTenants>>[number]) => ({
  ...tenant,
  modules: [...tenant.modules],
});
