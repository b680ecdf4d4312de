import { sql } from 'drizzle-orm';
import { brokenRule, checkAtCommit } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import { onEvent } from '../events/handlers.ts';
import { invoicedTimeEntries } from './tables.ts';

const charged = sql`exists (
  select from ${invoicedTimeEntries} where ${invoicedTimeEntries.timeEntryId} = ${given('reopenedEntryId')})`;
const isFree = sql`(case when ${charged} then ${brokenRule('invoiced', sql`'entry'`)} else true end)`;

/**
 * Time that is invoiced cannot be reopened, nor changed by the file that it was imported from, so that what an invoice
 * charges stays as it was validated.
 */
for (const action of ['timeEntry.reopened', 'timeEntry.updated'] as const) {
  onEvent(action, async (tx, viewer, { resourceId, before }) => {
    if (!viewer?.modules.has('finance')) return;
    // Only validated time is invoiced
    if (action === 'timeEntry.updated' && before?.status !== undefined && before.status !== 'VALIDATED') return;
    const broken = () =>
      new AppError('INVALID_STATE', 'This time is invoiced', { timeEntryId: `TimeEntry:${resourceId}` });
    const rule = { name: 'invoiced', holds: isFree, given: { reopenedEntryId: resourceId }, broken };
    checkAtCommit(tx, viewer, { rules: [rule] });
  });
}
