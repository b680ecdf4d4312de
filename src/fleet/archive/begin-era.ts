import { startEra } from '../copy/era.ts';
import type { Manifest } from '../copy/manifest.ts';
import type { FleetAdmins } from '../fleet.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';

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
      await startEra(tx, place.schemaName, era, { action, organizationId, metadata: { snapshotAt } });
    }),
  );
}
