import { and, asc, eq, gte, lte } from 'drizzle-orm';
import { z } from 'zod';
import { updateOf } from '../../access/rows.ts';
import type { Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { textField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { approvesOf, type ReviewOptions } from './approver.ts';
import { lockTimesheet, whichTimesheet } from './lock-timesheet.ts';
import { recordReview } from './review-time-entries.ts';
import { timeEntries, timesheets } from './tables.ts';
import { weekEndOf } from './week-of.ts';

const input = z.object({ ...whichTimesheet, note: textField.nullish() });
type Input = Raw<typeof input>;
type Sheet = Row<typeof timesheets>;

/**
 * Approves a submitted week: validates the time that the viewer approves. The week is APPROVED once all of its time is
 * validated; a project's manager may leave the rest to others. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, and
 * INVALID_STATE unless it is submitted, or if it has rejected entries.
 */
export async function approveTimesheet(
  tx: TenantTx,
  viewer: Viewer,
  raw: Input,
  options: ReviewOptions,
): Promise<{ id: string }> {
  const { note, ...which } = checkInput(input, raw);
  const sheet = await lockTimesheet(tx, viewer, which, { from: 'SUBMITTED', to: 'APPROVED' });
  if (sheet.status === 'APPROVED') return { id: sheet.id };
  const entries = await lockEntriesOf(tx, sheet);
  const approves = await approverOf(tx, viewer, sheet, entries, options);
  const rejected = entries.filter(({ status }) => status === 'REJECTED').length;
  if (rejected > 0)
    throw new AppError('INVALID_STATE', 'This week has rejected entries: they must be corrected or deleted first', {
      field: 'input.id',
      rejected,
    });
  const pending = entries.filter(({ status }) => status === 'PENDING');
  const mine = pending.filter(({ projectId }) => approves(projectId));
  await recordReview(tx, viewer, 'validate', mine, note);
  if (mine.length === pending.length) await decide(tx, viewer, sheet, 'approved', { status: 'APPROVED', note });
  return { id: sheet.id };
}

/** Sends a submitted week back with a reason. Throws like `approveTimesheet`, and BAD_INPUT without a reason. */
export async function rejectTimesheet(
  tx: TenantTx,
  viewer: Viewer,
  raw: Input,
  options: ReviewOptions,
): Promise<{ id: string }> {
  const { note, ...which } = withReason(raw);
  const sheet = await lockTimesheet(tx, viewer, which, { from: 'SUBMITTED', to: 'REJECTED' });
  if (sheet.status === 'REJECTED') return { id: sheet.id };
  await approverOf(tx, viewer, sheet, await lockEntriesOf(tx, sheet), options);
  await decide(tx, viewer, sheet, 'rejected', { status: 'REJECTED', note });
  return { id: sheet.id };
}

/**
 * Reopens an approved week for a correction: its time is pending again. Throws like `rejectTimesheet`; a locked week is
 * INVALID_STATE.
 */
export async function reopenTimesheet(
  tx: TenantTx,
  viewer: Viewer,
  raw: Input,
  options: ReviewOptions,
): Promise<{ id: string }> {
  const { note, ...which } = withReason(raw);
  const sheet = await lockTimesheet(tx, viewer, which, { from: 'APPROVED', to: 'DRAFT' });
  if (sheet.status === 'DRAFT') return { id: sheet.id };
  const entries = await lockEntriesOf(tx, sheet);
  await approverOf(tx, viewer, sheet, entries, options);
  const validated = entries.filter(({ status }) => status === 'VALIDATED');
  await recordReview(tx, viewer, 'reopen', validated, note);
  await decide(tx, viewer, sheet, 'reopened', { status: 'DRAFT', note });
  return { id: sheet.id };
}

/** Locks an approved week for good. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE. */
export async function lockTimesheetForGood(
  tx: TenantTx,
  viewer: Viewer,
  raw: Input,
  options: ReviewOptions,
): Promise<{ id: string }> {
  const sheet = await lockTimesheet(tx, viewer, checkInput(input, raw), { from: 'APPROVED', to: 'LOCKED' });
  if (sheet.status === 'LOCKED') return { id: sheet.id };
  await approverOf(tx, viewer, sheet, await lockEntriesOf(tx, sheet), options);
  const write = updateOf(timesheets, sheet, { status: 'LOCKED' })!;
  const event = { action: 'timesheet.locked', resourceType: 'Timesheet', resourceId: sheet.id, ...write.changes };
  await change(tx, viewer, { write, event });
  return { id: sheet.id };
}

function withReason(raw: Input): z.output<typeof input> {
  const checked = checkInput(input, raw);
  if (!checked.note?.trim()) throw badInput('must give a reason', 'input.note');
  return checked;
}

type Entry = Awaited<ReturnType<typeof lockEntriesOf>>[number];

/** The entries of the week, locked in the order of every other review. */
function lockEntriesOf(tx: TenantTx, { profileId, weekStart }: Sheet) {
  const { id, status, projectId, taskId, reviewerId, reviewNote, reviewedAt } = timeEntries;
  return tx
    .select({ id, status, projectId, taskId, reviewerId, reviewNote, reviewedAt })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.profileId, profileId),
        gte(timeEntries.workDate, weekStart),
        lte(timeEntries.workDate, weekEndOf(weekStart)),
      ),
    )
    .orderBy(asc(timeEntries.id))
    .for('no key update');
}

const approverOf = (
  tx: TenantTx,
  viewer: Viewer,
  { profileId }: Sheet,
  entries: readonly Entry[],
  options: ReviewOptions,
) =>
  approvesOf(
    tx,
    viewer,
    profileId,
    entries.map(({ projectId }) => projectId),
    { ...options, field: 'input.id' },
  );

async function decide(
  tx: TenantTx,
  viewer: Viewer,
  sheet: Sheet,
  verb: string,
  { status, note }: { status: Sheet['status']; note: string | null | undefined },
): Promise<void> {
  const review = { reviewerId: viewer.profileId, reviewedAt: new Date(), reviewNote: note ?? null };
  const write = updateOf(timesheets, sheet, { status, ...review })!;
  await change(tx, viewer, {
    write,
    event: { action: `timesheet.${verb}`, resourceType: 'Timesheet', resourceId: sheet.id, ...write.changes },
  });
}
