import { requireVersion } from '../../access/rows.ts';
import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockDays } from './day-limit.ts';
import { requireTimeWriter } from './policy.ts';
import { timeEntries } from './tables.ts';

interface Request {
  id: string;
  expectedVersion?: number | null | undefined;
}

/**
 * A time entry that the viewer may change, locked together with the person's days. Throws NOT_FOUND, FORBIDDEN,
 * STALE_VERSION, and INVALID_STATE if it is validated.
 */
export async function lockTimeEntry(
  tx: TenantTx,
  viewer: Viewer,
  { id, expectedVersion }: Request,
): Promise<Row<typeof timeEntries>> {
  // An entry never changes its person, so the person can be read before the lock that must come first.
  const { profileId } = await getVisible(tx, viewer, timeEntries, id, 'TimeEntry');
  requireTimeWriter(viewer, profileId);
  lockDays(tx, profileId);
  const current = await lockVisible(tx, viewer, timeEntries, id, 'TimeEntry');
  requireVersion(current, expectedVersion, 'TimeEntry');
  if (current.status === 'VALIDATED') {
    throw new AppError('INVALID_STATE', 'This entry is validated: reopen it first', { field: 'input.id' });
  }
  return current;
}
