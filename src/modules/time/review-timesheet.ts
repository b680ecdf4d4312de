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
import { requireUnreported } from './sign-activity-report.ts';
import { timeEntries, timesheets } from './tables.ts';
import { timesheetEvent } from './timesheet-event.ts';
import { weekEndOf } from './week-of.ts';

const input = z.object({ ...whichTimesheet, note: textField.nullish() });
type Input = Raw<typeof input>;
type Sheet = Row<typeof timesheets>;
type Result = Promise<{ id: string }>;

/**
 * Approves a submitted week: validates the time that the viewer approves. The week is APPROVED once all of its time is
 * validated; a project's manager may leave the rest to others. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, and
 * INVALID_STATE unless it is submitted, or if it has rejected entries.
 */
export function approveTimesheet(tx: TenantTx, viewer: Viewer, raw: Input, options: ReviewOptions): Result {
  const { note, ...which } = checkInput(input, raw);
  const step = { ...options, from: 'SUBMITTED', to: 'APPROVED' } as const;
  return review(tx, viewer, which, step, async ({ sheet, entries, approves }) => {
    requireNoneRejected(entries);
    const pending = entries.filter(({ status }) => status === 'PENDING');
    const mine = pending.filter(({ projectId }) => approves(projectId));
    await recordReview(tx, viewer, 'validate', mine, note);
    if (mine.length === pending.length) await decide(tx, viewer, sheet, 'approved', { status: 'APPROVED', note });
  });
}

/** Sends a submitted week back with a reason. Throws like `approveTimesheet`, and BAD_INPUT without a reason. */
export function rejectTimesheet(tx: TenantTx, viewer: Viewer, raw: Input, options: ReviewOptions): Result {
  const { note, ...which } = withReason(raw);
  return review(tx, viewer, which, { ...options, from: 'SUBMITTED', to: 'REJECTED' }, ({ sheet }) =>
    decide(tx, viewer, sheet, 'rejected', { status: 'REJECTED', note }),
  );
}

/**
 * Reopens an approved week for a correction: its time is pending again. Throws like `rejectTimesheet`; a locked week
 * and one in a submitted activity report are INVALID_STATE.
 */
export function reopenTimesheet(tx: TenantTx, viewer: Viewer, raw: Input, options: ReviewOptions): Result {
  const { note, ...which } = withReason(raw);
  return review(tx, viewer, which, { ...options, from: 'APPROVED', to: 'DRAFT' }, async ({ sheet, entries }) => {
    await requireUnreported(tx, sheet.profileId, sheet.weekStart);
    const validated = entries.filter(({ status }) => status === 'VALIDATED');
    await recordReview(tx, viewer, 'reopen', validated, note);
    await decide(tx, viewer, sheet, 'reopened', { status: 'DRAFT', note });
  });
}

/** Locks an approved week for good. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE. */
export function lockTimesheetForGood(tx: TenantTx, viewer: Viewer, raw: Input, options: ReviewOptions): Result {
  const { note: _, ...which } = checkInput(input, raw);
  return review(tx, viewer, which, { ...options, from: 'APPROVED', to: 'LOCKED' }, async ({ sheet }) => {
    const write = updateOf(timesheets, sheet, { status: 'LOCKED' })!;
    await change(tx, viewer, { write, event: timesheetEvent('locked', sheet.id, write.changes) });
  });
}

interface Step extends ReviewOptions {
  from: Sheet['status'];
  to: Sheet['status'];
}

interface Reviewed {
  sheet: Sheet;
  entries: readonly Entry[];
  /** Whether the viewer approves the time of a project. */
  approves: (projectId: string) => boolean;
}

/** Locks a week with its time, checks that the viewer may review it, and takes the step unless it was taken before. */
async function review(
  tx: TenantTx,
  viewer: Viewer,
  which: Omit<z.output<typeof input>, 'note'>,
  { from, to, ...options }: Step,
  take: (reviewed: Reviewed) => Promise<void>,
): Result {
  const sheet = await lockTimesheet(tx, viewer, which, { from, to });
  if (sheet.status === to) return { id: sheet.id };
  const entries = await lockEntriesOf(tx, sheet);
  const projectIds = entries.map(({ projectId }) => projectId);
  const approves = await approvesOf(tx, viewer, sheet.profileId, projectIds, { ...options, field: 'input.id' });
  await take({ sheet, entries, approves });
  return { id: sheet.id };
}

function requireNoneRejected(entries: readonly Entry[]): void {
  const rejected = entries.filter(({ status }) => status === 'REJECTED').length;
  if (rejected === 0) return;
  const message = 'This week has rejected entries: they must be corrected or deleted first';
  throw new AppError('INVALID_STATE', message, { field: 'input.id', rejected });
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

async function decide(
  tx: TenantTx,
  viewer: Viewer,
  sheet: Sheet,
  verb: string,
  { status, note }: { status: Sheet['status']; note: string | null | undefined },
): Promise<void> {
  const review = { reviewerId: viewer.profileId, reviewedAt: new Date(), reviewNote: note ?? null };
  const write = updateOf(timesheets, sheet, { status, ...review })!;
  await change(tx, viewer, { write, event: timesheetEvent(verb, sheet.id, write.changes) });
}
