import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { resumeOrganization, suspendOrganization } from '../../fleet/organizations/suspend-organization.ts';
import { archiveOrganization, unarchiveOrganization } from '../../tenancy/archive-organization.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import type { Organization } from '../../tenancy/update-organization.ts';
import { describeChange } from '../describe-tenant.ts';
import type { JsonFlag } from '../flags.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

const actor = { kind: 'SYSTEM' } as const;

const changes = {
  suspend: (tx, id) => suspendOrganization(tx, id, actor),
  resume: (tx, id) => resumeOrganization(tx, id, actor),
  archive: (tx, id) => archiveOrganization(tx, id, { actor }),
  unarchive: (tx, id) => unarchiveOrganization(tx, id, { actor }),
} satisfies Record<string, (tx: CatalogTx, id: string) => Promise<Organization>>;

export async function run(host: Host, change: keyof typeof changes, slug: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const changed = await toolbox.catalog.write((tx) => changes[change](tx, id));
  print(host, json, describeChange(changed), () => `${slug} is ${changed.status}`);
}
