import type { Command } from 'commander';
import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export function addTenantShow(tenant: Command, host: Host): void {
  tenant
    .command('show <slug>')
    .description('Show one company: where its data lives, its status and modules.')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, { json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const found = describeTenant(await getTenantOverview(toolbox.catalog, slug));
      const text = () =>
        Object.entries(found)
          .map(([key, value]) => `${`${key}:`.padEnd(14)}${textOf(value)}`)
          .join('\n');
      print(host, json, found, text);
    });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (value instanceof Date) return value.toISOString();
  return String(value ?? '-');
}
