import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { startEra } from '../copy/era.ts';
import type { Manifest } from '../copy/manifest.ts';
import type { FleetAdmins } from '../fleet.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';

/**
 * Drops the mails and messages that were waiting when the archive was made: they were sent since, or tell of what is
 * long past. The webhooks of a restored organization continue with what happens from now on. Those of a copy are
 * paused: nobody who receives them knows of the copy.
 */
async function dropPromised(tx: AdminTx, schemaName: string, { era, isCopy }: { era: number; isCopy: boolean }) {
  const named = (table: string): string => `${quoteIdentifier(schemaName)}.${table}`;
  const [there] = await tx.run<{ jobs: boolean; webhooks: boolean }>(
    'select to_regclass($1) is not null as jobs, to_regclass($2) is not null as webhooks',
    [named('jobs'), named('webhooks')],
  );
  if (there!.jobs) await tx.run(`delete from ${named('jobs')}`);
  if (!there!.webhooks) return;
  await tx.run(`delete from ${named('webhook_deliveries')} where status = 'PENDING'`);
  await tx.run(`update ${named('webhook_states')} set era = $1, xid = '0', seq = 0, rests_until = null`, [era]);
  if (isCopy) await tx.run(`update ${named('webhooks')} set status = 'PAUSED' where status = 'ACTIVE'`);
}

/**
 * Begins a new era in the event log of a restored copy, later than all eras of the archive and of the copy that it
 * replaces. So the first event of the new era, which gives the reason, follows every cursor of either.
 */
export async function beginEra(
  admins: FleetAdmins,
  place: SchemaPlace,
  { events, snapshotAt }: Manifest,
  why: { action: string; organizationId: string; eraBefore?: number | undefined },
): Promise<void> {
  if (!events) return;
  const { action, organizationId, eraBefore = 0 } = why;
  const era = Math.max(events.era, eraBefore) + 1;
  await admins.at(place, (admin, { roles }) =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      await dropPromised(tx, place.schemaName, { era, isCopy: action !== 'organization.restored' || eraBefore === 0 });
      await startEra(tx, place.schemaName, era, { action, organizationId, metadata: { snapshotAt } });
    }),
  );
}
