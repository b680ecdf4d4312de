import type { Command } from 'commander';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { updateOrganization } from '../../tenancy/update-organization.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export function addTenantRename(tenant: Command, host: Host): void {
  tenant
    .command('rename <slug> <new-slug>')
    .description('Give a company another name in addresses. No data moves; the old name is free at once.')
    .option('--name <name>', 'another name for people, too')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, wanted: string, { name, json }: { name?: string; json?: boolean }) => {
      await using toolbox = await host.open();
      const { id } = await getOrganization(toolbox.catalog, slug);
      const changes = { slug: wanted, ...(name !== undefined && { name }) };
      const renamed = await toolbox.catalog.write((tx) =>
        updateOrganization(tx, id, changes, { actor: { kind: 'SYSTEM' } }),
      );
      print(host, json, describeChange(renamed), () => `${slug} is ${renamed.slug} now`);
    });
}
