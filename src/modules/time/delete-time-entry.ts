import { z } from 'zod';
import { deletionOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { openWeekRule } from './closed-weeks.ts';
import { lockTimeEntry } from './lock-time-entry.ts';
import { timeEntries } from './tables.ts';

const input = z.object({ id: uuidField, expectedVersion: versionField.nullish() });

/** Deletes a time entry that is not validated. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE. */
export async function deleteTimeEntry(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { id, expectedVersion } = checkInput(input, raw);
  const before = await lockTimeEntry(tx, viewer, { id, expectedVersion });
  await change(tx, viewer, {
    require: { rules: [openWeekRule(before.profileId, [before.workDate], 'input.id')] },
    write: deletionOf(timeEntries, id, 'This time entry is in use'),
    event: { action: 'timeEntry.deleted', resourceType: 'TimeEntry', resourceId: id, before },
  });
  return { id };
}
