import { z } from 'zod';
import { requireVersion } from '../../access/rows.ts';
import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidField, versionField } from '../../lib/fields.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { lockDays } from './day-limit.ts';
import { type timesheetStatuses, timesheets } from './tables.ts';

type Status = (typeof timesheetStatuses)[number];

export const whichTimesheet = { id: uuidField, expectedVersion: versionField.nullish() };
const which = z.object(whichTimesheet);

/**
 * A timesheet that the viewer sees, locked together with the person's days: those first, as every change of time does.
 * It has the status `from`, or `to` already: then nothing is left to do. Throws NOT_FOUND, STALE_VERSION,
 * INVALID_STATE.
 */
export async function lockTimesheet(
  tx: TenantTx,
  viewer: Viewer,
  { id, expectedVersion }: z.output<typeof which>,
  { from, to }: { from: Status; to: Status },
): Promise<Row<typeof timesheets>> {
  // A timesheet never changes its person
  const { profileId } = await getVisible(tx, viewer, timesheets, id, 'Timesheet');
  lockDays(tx, profileId);
  const current = await lockVisible(tx, viewer, timesheets, id, 'Timesheet');
  requireVersion(current, expectedVersion, 'Timesheet');
  if (current.status !== to) requireStatus(current, [from]);
  return current;
}

/** Throws INVALID_STATE unless the timesheet has one of the statuses. */
export function requireStatus({ status }: { status: Status }, from: readonly Status[], field = 'input.id'): void {
  if (from.includes(status)) return;
  throw new AppError('INVALID_STATE', `This timesheet is ${status}, not ${from.join(' or ')}`, { field, status });
}
