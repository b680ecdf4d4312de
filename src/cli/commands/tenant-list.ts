import type { Command } from 'commander';
import { listTenants } from '../../fleet/organizations/list-tenants.ts';
import { isReady, listSpares } from '../../fleet/schemas/spares.ts';
import { describeTenant } from '../describe-tenant.ts';
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
      const spares = (await listSpares(toolbox.catalog)).filter(isReady).length;
      const rows = tenants.map((each) => {
        const until = each.deleteAfter ? ` until ${each.deleteAfter.toISOString().slice(0, 10)}` : '';
        return [each.slug, each.name, each.status + until, each.database, each.schemaName, each.modules.size];
      });
      const text = () =>
        `${table(['SLUG', 'NAME', 'STATUS', 'DATABASE', 'SCHEMA', 'MODULES'], rows)}${spares > 0 ? `\nspares: ${spares}` : ''}`;
      print(host, json, tenants.map(describeTenant), text);
    });
}
