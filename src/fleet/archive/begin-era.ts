import { startEra } from '../copy/era.ts';
import type { Manifest } from '../copy/manifest.ts';
import type { FleetAdmins } from '../fleet.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';

/**
 * Lets the event log of a restored copy go on after all eras that it had, and after those of the copy whose place it
 * takes: a cursor of either is then followed by the event that says why.
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
