import { sql } from 'drizzle-orm';
import { brokenRule, checkAtCommit } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import { onEvent } from '../events/handlers.ts';
import { invoicedTimeEntries } from './tables.ts';

const charged = sql`exists (
  select from ${invoicedTimeEntries} where ${invoicedTimeEntries.timeEntryId} = ${given('reopenedEntryId')})`;
const isFree = sql`(case when ${charged} then ${brokenRule('invoiced', sql`'entry'`)} else true end)`;

/** Time that is invoiced cannot be reopened, so that what an invoice charges stays as it was validated. */
onEvent('timeEntry.reopened', async (tx, viewer, { resourceId }) => {
  if (!viewer?.modules.has('finance')) return;
  const broken = () =>
    new AppError('INVALID_STATE', 'This time is invoiced', { timeEntryId: `TimeEntry:${resourceId}` });
  const rule = { name: 'invoiced', holds: isFree, given: { reopenedEntryId: resourceId }, broken };
  checkAtCommit(tx, viewer, { rules: [rule] });
});
