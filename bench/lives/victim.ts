import { deleteOrganization } from '../../src/tenancy/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/tenancy/deletion/purge-organization.ts';
import { getOrganization } from '../../src/tenancy/get-organization.ts';
import { provisionTenant } from '../../src/tenancy/provision.ts';
import { openFleet } from '../fleet/estate.ts';
import { organizationNamed } from './organization.ts';

/* A process that makes or deletes a tenant when it is told to, and is killed on the way. */

const [url, deed, slug] = process.argv.slice(2) as [string, 'make' | 'delete', string];
const { app, fleet } = await openFleet(url);
await app.ready();
process.send!('ready');
process.once('message', async () => {
  const by = { actor: { kind: 'SYSTEM' } } as const;
  if (deed === 'make') await provisionTenant(fleet, organizationNamed(slug));
  else {
    const { id } = await getOrganization(fleet.catalog, slug);
    await deleteOrganization(fleet, id, { by });
    await purgeOrganization(fleet, id, { by, now: true });
  }
  process.send!('done');
});
