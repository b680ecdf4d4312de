import { inArray } from 'drizzle-orm';
import { guardDb } from '../../access/guarded-db.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';

/** Throws NOT_FOUND, naming the position in the argument, unless the viewer sees all these people. */
export async function requirePeople(
  tx: TenantTx,
  viewer: Viewer,
  ids: readonly string[],
  field: string,
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await guardDb(tx, viewer)
    .select({ id: profiles.id })
    .from(profiles)
    .where(inArray(profiles.id, [...ids]))
    .for('key share');
  const known = new Set(rows.map(({ id }) => id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw notFound('Profile', `${field}.${missing}`);
}
