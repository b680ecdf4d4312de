import type { By } from '../../tenancy/audit.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { confirmMove } from '../move/end-move.ts';
import { findOpenMove } from '../move/journal.ts';
import { requireReadable } from '../move/require-readable.ts';
import { dropSchema } from '../schemas/drop-schema.ts';
import type { RetainedCopy } from './list-retained.ts';

/**
 * Drops a retained copy before its time, after verifying that the served data is readable. For the copy of an open
 * move, confirms that move. Throws what `requireReadable`, `confirmMove` and `dropSchema` throw.
 */
export async function dropRetained(fleet: Fleet, copy: RetainedCopy, by: By): Promise<void> {
  const { organizationId, databaseId, schemaName } = copy;
  const open = await fleet.catalog.read((db) => findOpenMove(db, organizationId));
  if (open?.fromDatabaseId === databaseId && open.fromSchemaName === schemaName) {
    await confirmMove(fleet, organizationId, by);
    return;
  }
  await holdingLife(fleet, organizationId, async () => {
    await requireReadable(fleet, organizationId);
    await dropSchema(fleet, copy);
  });
}
