import { sql } from 'drizzle-orm';
import { dayIn } from '../../lib/days.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';
import { isOneOf } from './bulk-rows.ts';

/** People who do not work for the organization now: the day on which they left, or null for people of a client. */
export type NonStaff = ReadonlyMap<string, string | null>;

export async function findNonStaff(
  tx: TenantTx,
  profileIds: readonly (string | null | undefined)[],
): Promise<NonStaff> {
  const ids = [...new Set(profileIds.filter((id) => id != null))];
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: profiles.id, leftAt: profiles.leftAt })
    .from(profiles)
    .where(
      sql`${isOneOf(profiles.id, ids, 'uuid')} and (${profiles.leftAt} is not null or ${profiles.isClient}
        or exists (select 1 from ${clients} where ${clients.contactId} = ${profiles.id}))`,
    );
  return new Map(rows.map(({ id, leftAt }) => [id, leftAt && dayIn(tx.timeZone, leftAt)]));
}

/**
 * Throws INVALID_STATE for a CLIENT member, for a client's contact, and for a person who has left: by `day`, or at all
 * if `day` is undefined.
 */
export function requireStaff(nonStaff: NonStaff, profileId: string, day: string | undefined, field: string): void {
  const leftOn = nonStaff.get(profileId);
  if (leftOn === undefined || (leftOn !== null && day !== undefined && day <= leftOn)) return;
  const reason = leftOn === null ? 'the person belongs to a client' : `the person left on ${leftOn}`;
  throw new AppError('INVALID_STATE', `${field}: ${reason}`);
}
