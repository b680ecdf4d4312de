import { sql } from 'drizzle-orm';
import { brokenRule, checkAtCommit } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { onEvent } from '../events/handlers.ts';
import { invoicedTimeEntries } from './tables.ts';

const charged = sql`exists (select from ${invoicedTimeEntries}
  where ${invoicedTimeEntries.timeEntryId} = ${given('changedEntryId')} and ${invoicedTimeEntries.releasedAt} is null)`;
const isFree = sql`(case when ${charged} then ${brokenRule('invoiced', sql`'entry'`)} else true end)`;

function requireFree(tx: TenantTx, viewer: Viewer | null, timeEntryId: string): void {
  if (!viewer?.modules.has('finance')) return;
  const broken = () =>
    new AppError('INVALID_STATE', 'This time is invoiced', { timeEntryId: `TimeEntry:${timeEntryId}` });
  const rule = { name: 'invoiced', holds: isFree, given: { changedEntryId: timeEntryId }, broken };
  checkAtCommit(tx, viewer, { rules: [rule] });
}

/** Time that is invoiced cannot be reopened, so that what an invoice charges stays as it was validated. */
onEvent('timeEntry.reopened', async (tx, viewer, { resourceId }) => requireFree(tx, viewer, resourceId));

/** Nor does it change with the file that it was imported from. */
onEvent('timeEntry.updated', async (tx, viewer, { resourceId, before }) => {
  // Only validated time is invoiced
  if (before?.status === undefined || before.status === 'VALIDATED') requireFree(tx, viewer, resourceId);
});
