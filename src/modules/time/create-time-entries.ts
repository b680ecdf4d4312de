import { z } from 'zod';
import type { ErrorPolicy, RowOutcome } from '../../access/each-row.ts';
import { RowUpsert } from '../../access/upsert-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { isUuid } from '../../lib/ids.ts';
import { checkInput } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type CreateTimeEntryInput, createTimeEntry } from './create-time-entry.ts';
import { lockDays } from './day-limit.ts';

/** Most entries in one bulk change. */
export const mostNewEntries = 500;

const bounds = z.object({ timeEntries: z.array(z.unknown()).min(1).max(mostNewEntries) });

interface NewEntries {
  timeEntries: readonly CreateTimeEntryInput[];
  errorPolicy: ErrorPolicy;
}

/**
 * Records work as `createTimeEntry` does, entry by entry, each in its own savepoint and all in one statement. The days
 * of all people concerned are locked first and in one order: locked one by one, two bulk changes could wait for each
 * other.
 */
export async function createTimeEntries(
  tx: TenantTx,
  viewer: Viewer,
  { timeEntries, errorPolicy }: NewEntries,
): Promise<RowOutcome[]> {
  checkInput(bounds, { timeEntries });
  const people = timeEntries.map(({ profileId }) => profileId ?? viewer.profileId);
  for (const person of [...new Set(people.filter(isUuid))].sort()) lockDays(tx, person);
  const rows = timeEntries.map((raw) => ({
    locked: undefined,
    work: (of: TenantTx) => createTimeEntry(of, viewer, of.timeZone, raw),
  }));
  const outcomes = await new RowUpsert(tx, 'input.timeEntries').run(rows, errorPolicy);
  return outcomes.map(({ index, id, failure }) => (failure ? { index, failure } : { index, id: id! }));
}
