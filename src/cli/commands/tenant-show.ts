import type { Command } from 'commander';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';
import { describeTenant } from './tenant-list.ts';

export function addTenantShow(tenant: Command, host: Host): void {
  tenant
    .command('show <slug>')
    .description('Show one company: where its data lives, its status and modules.')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, { json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const found = describeTenant(await toolbox.directory.getBySlug(slug));
      const text = () =>
        Object.entries(found)
          .map(([key, value]) => `${`${key}:`.padEnd(14)}${Array.isArray(value) ? value.join(', ') : value}`)
          .join('\n');
      print(host, json, found, text);
    });
}
