import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { guardDb } from '../../../access/guarded-db.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { clients } from '../../clients/tables.ts';
import { profiles } from '../../people/tables.ts';

/** Of these people, those whom the viewer sees and who work for the organization now, as `staffRule` requires. */
export async function staffAmong(
  tx: TenantTx,
  viewer: Viewer,
  ids: readonly (string | null)[],
  { locked }: { locked: boolean },
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const works = sql`${profiles.leftAt} is null and not ${profiles.isClient}
    and not exists (select 1 from ${clients} where ${clients.contactId} = ${profiles.id})`;
  const found = guardDb(tx, viewer)
    .select({ id: profiles.id })
    .from(profiles)
    .where(sql`${inArray(profiles.id, wanted)} and ${works}`)
    .orderBy(profiles.id);
  const rows = await (locked ? found.for('no key update') : found);
  return new Set(rows.map(({ id }) => id));
}

/** The contact of a client, unless they have left. */
export async function contactOf(tx: TenantTx, clientId: string): Promise<string | undefined> {
  const [contact] = await tx
    .select({ id: profiles.id })
    .from(profiles)
    .innerJoin(clients, eq(clients.contactId, profiles.id))
    .where(and(eq(clients.id, clientId), isNull(profiles.leftAt)));
  return contact?.id;
}
