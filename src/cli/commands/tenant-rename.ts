import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { updateOrganization } from '../../tenancy/update-organization.ts';
import { describeChange } from '../describe-tenant.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(
  host: Host,
  slug: string,
  wanted: string,
  { name, json }: { name?: string; json?: boolean },
): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  const changes = { slug: wanted, ...(name !== undefined && { name }) };
  const renamed = await toolbox.catalog.write((tx) =>
    updateOrganization(tx, id, changes, { actor: { kind: 'SYSTEM' } }),
  );
  print(host, json, describeChange(renamed), () => `${slug} is ${renamed.slug} now`);
}
