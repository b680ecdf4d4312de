import { sql } from 'drizzle-orm';
import { guardDb } from '../../../access/guarded-db.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { clients } from '../../clients/tables.ts';
import { profiles } from '../../people/tables.ts';

interface PresentPeople {
  /** Those who work for the organization, as `staffRule` requires. */
  staff: ReadonlySet<string>;
  /** The contact of the client of the copy. */
  contacts: ReadonlySet<string>;
}

/**
 * Of these people, those whom the viewer sees and who have not left. Locks them, so that none of them leaves meanwhile,
 * in the order of their ids and before any other row.
 */
export async function presentPeople(
  tx: TenantTx,
  viewer: Viewer,
  ids: ReadonlySet<string>,
  clientId: string,
): Promise<PresentPeople> {
  if (ids.size === 0) return { staff: new Set(), contacts: new Set() };
  const isContact = sql`exists (select 1 from ${clients} where ${clients.contactId} = ${profiles.id})`;
  const isOfClient = sql`exists (select 1 from ${clients} where ${clients.contactId} = ${profiles.id}
    and ${clients.id} = ${clientId}::uuid)`;
  const rows = await guardDb(tx, viewer)
    .select({
      id: profiles.id,
      isStaff: sql<boolean>`not ${profiles.isClient} and not ${isContact}`,
      isOfClient: sql<boolean>`${isOfClient}`,
    })
    .from(profiles)
    .where(sql`${profiles.id} = any(${sql.param([...ids])}::uuid[]) and ${profiles.leftAt} is null`)
    .orderBy(profiles.id)
    .for('share');
  const among = (chosen: typeof rows) => new Set(chosen.map(({ id }) => id));
  return {
    staff: among(rows.filter(({ isStaff }) => isStaff)),
    contacts: among(rows.filter((row) => row.isOfClient)),
  };
}
