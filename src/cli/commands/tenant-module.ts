import type { Command } from 'commander';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { disableModule, enableModule } from '../../fleet/schemas/switch-module.ts';
import { badInput } from '../../lib/errors.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

interface Flags {
  purge?: boolean;
  yes?: string;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export function addTenantModule(tenant: Command, host: Host): void {
  const module = tenant.command('module').description('Optional modules of a company.');
  module
    .command('enable <slug> <module>')
    .description('Make the tables of a module for a company, and switch it on.')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, name: string, { json }: Flags) => {
      await using toolbox = await host.open();
      const { id } = await getOrganization(toolbox.catalog, slug);
      const changed = await enableModule(toolbox.fleet, id, name, by);
      print(host, json, describeChange(changed), () => `${slug} has the module ${name}`);
    });
  module
    .command('disable <slug> <module>')
    .description('Switch a module off for a company. Its data stays.')
    .option('--purge', 'drop its tables; nothing takes that back')
    .option('--yes <slug>', 'the slug again: needed with --purge')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, name: string, { purge = false, yes, json }: Flags) => {
      if (purge && yes !== slug) throw badInput(`To drop the module's data, add: --yes ${slug}`, 'yes');
      await using toolbox = await host.open();
      const { id } = await getOrganization(toolbox.catalog, slug);
      const changed = await disableModule(toolbox.fleet, id, name, { by, purge });
      print(host, json, describeChange(changed), () => `${slug} has the module ${name} no more`);
    });
}
