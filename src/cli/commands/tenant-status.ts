import type { Command } from 'commander';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { resumeOrganization, suspendOrganization } from '../../fleet/organizations/suspend-organization.ts';
import { archiveOrganization, unarchiveOrganization } from '../../tenancy/archive-organization.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

type Change = (tx: CatalogTx, id: string) => Promise<Organization>;

const actor = { kind: 'SYSTEM' } as const;

/** `suspend` and `resume`, `archive` and `unarchive`. */
export function addTenantStatus(tenant: Command, host: Host): void {
  const add = (name: string, description: string, change: Change) =>
    tenant
      .command(`${name} <slug>`)
      .description(description)
      .option('--json', 'print one JSON document')
      .action(async (slug: string, { json }: { json?: boolean }) => {
        await using toolbox = await host.open();
        const { id } = await getOrganization(toolbox.catalog, slug);
        const changed = await toolbox.catalog.write((tx) => change(tx, id));
        print(host, json, describeChange(changed), () => `${slug} is ${changed.status}`);
      });
  add('suspend', 'Stop serving a company for a time.', (tx, id) => suspendOrganization(tx, id, actor));
  add('resume', 'Serve a suspended company again.', (tx, id) => resumeOrganization(tx, id, actor));
  add('archive', 'Stop serving a company for good, and keep its data.', (tx, id) =>
    archiveOrganization(tx, id, { actor }),
  );
  add('unarchive', 'Serve an archived company again.', (tx, id) => unarchiveOrganization(tx, id, { actor }));
}
