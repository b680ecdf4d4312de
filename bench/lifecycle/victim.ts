import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import { getOrganization } from '../../src/fleet/organizations/get-organization.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { openFleet } from '../fleet/estate.ts';
import { organizationNamed, restoreFrom } from './organization.ts';

/*
 * A process that makes a tenant, deletes it, or restores an archive over it when it is told to, and is killed on the
 * way.
 */

export type Deed = 'make' | 'delete' | 'restore';

const [url, deed, slug, file] = process.argv.slice(2) as [string, Deed, string, string];
const { app, fleet } = await openFleet(url);
await app.ready();
process.send!('ready');
process.once('message', async () => {
  const by = { actor: { kind: 'SYSTEM' } } as const;
  if (deed === 'make') await provisionTenant(fleet, organizationNamed(slug));
  else if (deed === 'restore') await restoreFrom(fleet, slug, file);
  else {
    const { id } = await getOrganization(fleet.catalog, slug);
    await deleteOrganization(fleet, id, { by });
    await purgeOrganization(fleet, id, { by, now: true });
  }
  process.send!('done');
});
