import type { By } from './audit.ts';
import type { CatalogTx } from './catalog.ts';
import { lockLife } from './life-lock.ts';
import { setStatus } from './set-status.ts';
import type { Organization } from './update-organization.ts';

/** Stops serving an organization but keeps its data, which is still migrated and backed up. */
export async function archiveOrganization(tx: CatalogTx, id: string, by: By): Promise<Organization> {
  await lockLife(tx, id);
  return await setStatus(tx, id, by, {
    from: ['ACTIVE', 'SUSPENDED'],
    to: 'ARCHIVED',
    action: 'organization.archived',
  });
}

/** Serves an archived organization again. */
export async function unarchiveOrganization(tx: CatalogTx, id: string, by: By): Promise<Organization> {
  await lockLife(tx, id);
  return await setStatus(tx, id, by, { from: ['ARCHIVED'], to: 'ACTIVE', action: 'organization.unarchived' });
}
