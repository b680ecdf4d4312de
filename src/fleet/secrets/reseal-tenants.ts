import type { Admin } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { Seal } from '../../lib/seal.ts';
import { secretContext } from '../../lib/webhook-secret.ts';
import { openOrUndefined, type Resealed } from '../../tenancy/reseal-column.ts';
import { allAdminsOf, type Fleet } from '../fleet.ts';
import { forEachTenant, type OrganizationName } from '../for-each-tenant.ts';

export interface ResealedTenants extends Resealed {
  failed: { organization: OrganizationName; error: unknown }[];
}

interface Sealed {
  id: string;
  secret: string;
  previous: string | null;
}

/**
 * Seals the secrets of all organizations' webhooks under the current secret. Idempotent. Throws if the run was cut
 * short; an organization that cannot be reached is reported.
 */
export async function resealTenants(fleet: Fleet): Promise<ResealedTenants> {
  const { seal } = fleet.databases;
  await using admins = allAdminsOf(fleet);
  const { done, failed, stoppedBy } = await forEachTenant(fleet, admins, (place) =>
    admins.at(place, (admin, { roles }) => resealWebhooks(admin, { seal, role: roles.owner, ...place })),
  );
  if (stoppedBy !== undefined) throw stoppedBy;
  const sum = (count: (each: Resealed) => number): number => done.reduce((total, each) => total + count(each), 0);
  return { resealed: sum(({ resealed }) => resealed), unopened: sum(({ unopened }) => unopened), failed };
}

interface Place {
  seal: Seal;
  role: string;
  schemaName: string;
}

/** An organization has few webhooks, so one transaction holds them all. */
async function resealWebhooks(admin: Admin, { seal, role, schemaName }: Place): Promise<Resealed> {
  const table = `${quoteIdentifier(schemaName)}.webhook_states`;
  const done: Resealed = { resealed: 0, unopened: 0 };
  const [there] = await admin.run<{ found: boolean }>('select to_regclass($1) is not null as found', [table]);
  if (!there!.found) return done;
  const again = (value: string | null, id: string): string | null => {
    if (value === null || value.startsWith(seal.currentPrefix)) return value;
    const plain = openOrUndefined(seal, value, secretContext(id));
    if (plain === undefined) done.unopened++;
    else done.resealed++;
    return plain === undefined ? value : seal.seal(plain, secretContext(id));
  };
  await admin.transaction(async (tx) => {
    await tx.run(`select set_config('role', $1, true)`, [role]);
    const stale = await tx.run<Sealed>(
      `select webhook_id::text as id, sealed_secret as secret, sealed_previous_secret as previous from ${table}
      where not starts_with(sealed_secret, $1) or not starts_with(sealed_previous_secret, $1) for update`,
      [seal.currentPrefix],
    );
    for (const { id, secret, previous } of stale) {
      const values = [id, again(secret, id), again(previous, id)];
      await tx.run(`update ${table} set sealed_secret = $2, sealed_previous_secret = $3 where webhook_id = $1`, values);
    }
  });
  return done;
}
