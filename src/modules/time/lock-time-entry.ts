import { requireVersion } from '../../access/rows.ts';
import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { lockDays } from './day-limit.ts';
import { requireTimeWriter } from './policy.ts';
import { timeEntries } from './tables.ts';

interface Request {
  id: string;
  expectedVersion?: number | null | undefined;
  /** Whether the change may fill the day. */
  fillsDay: boolean;
}

/**
 * A time entry that the viewer may change now, locked with its day if that may fill. Throws NOT_FOUND, FORBIDDEN,
 * STALE_VERSION, and INVALID_STATE once it was validated.
 */
export async function lockTimeEntry(
  tx: TenantTx,
  viewer: Viewer,
  { id, expectedVersion, fillsDay }: Request,
): Promise<Row<typeof timeEntries>> {
  // Whose day it is never changes, so it can be read before the lock that must come first.
  const { profileId } = await getVisible(tx, viewer, timeEntries, id, 'TimeEntry');
  requireTimeWriter(viewer, profileId);
  if (fillsDay) lockDays(tx, profileId);
  const current = await lockVisible(tx, viewer, timeEntries, id, 'TimeEntry');
  requireVersion(current, expectedVersion, 'TimeEntry');
  if (current.status === 'VALIDATED') {
    throw new AppError('INVALID_STATE', 'This entry was validated: it must be reopened first', { field: 'input.id' });
  }
  return current;
}
