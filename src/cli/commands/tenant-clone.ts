import { cloneTenant } from '../../fleet/archive/clone-tenant.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';
import { ownerOf } from './tenant-restore.ts';

export interface Flags {
  name?: string;
  owner?: string;
  json?: boolean;
}

export async function run(host: Host, slug: string, newSlug: string, { name, owner, json }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const source = await toolbox.directory.getBySlug(slug);
  const members = await ownerOf(toolbox, owner);
  await using admins = allAdminsOf(toolbox.fleet);
  using bar = new ProgressBar(host, 'bytes');
  const { slug: made } = await cloneTenant(toolbox.fleet, admins, source, {
    ...members,
    slug: newSlug,
    name,
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
  });
  const clone = await getTenantOverview(toolbox.catalog, made);
  print(host, json, describeTenant(clone), () => `cloned ${slug} as ${made} in ${clone.schemaName}`);
}
