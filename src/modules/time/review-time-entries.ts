import { asc, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { guardDb } from '../../access/guarded-db.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput, notFound } from '../../lib/errors.ts';
import { textField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { type ReviewOptions, requireApproverOfAll } from './approver.ts';
import { closedWeek, findDecidedDays } from './closed-weeks.ts';
import { lockDays } from './day-limit.ts';
import { requireTimeReviewer } from './policy.ts';
import { timeEntries, type timeEntryStatuses } from './tables.ts';

type Status = (typeof timeEntryStatuses)[number];

/** The reviewer's decisions: the statuses that each applies to, and the status that it sets. */
const verdicts = {
  validate: { from: 'PENDING', to: 'VALIDATED', action: 'timeEntry.validated' },
  reject: { from: 'PENDING', to: 'REJECTED', action: 'timeEntry.rejected' },
  reopen: { from: 'VALIDATED', to: 'PENDING', action: 'timeEntry.reopened' },
} as const satisfies Record<string, { from: Status; to: Status; action: string }>;

export type Verdict = keyof typeof verdicts;

const input = z.object({ ids: z.array(uuidField).min(1).max(500), note: textField.nullish() });

/**
 * Validates, rejects or reopens time entries: all or none. Needs time:validate. Entries that already have the new
 * status stay unchanged. Throws BAD_INPUT for a rejection without a note, NOT_FOUND, FORBIDDEN for validating one's own
 * time, and INVALID_STATE for an entry in another status or of an approved week.
 */
export async function reviewTimeEntries(
  tx: TenantTx,
  viewer: Viewer,
  verdict: Verdict,
  raw: Raw<typeof input>,
  { isOnlyOwner }: ReviewOptions,
): Promise<{ ids: string[] }> {
  requireTimeReviewer(viewer);
  const { ids, note } = checkInput(input, raw);
  const { from, to } = verdicts[verdict];
  if (verdict === 'reject' && !note?.trim()) throw badInput('must give a reason', 'input.note');
  await lockPeopleOf(tx, ids);
  const rows = await lockEntries(tx, viewer, ids);
  const changed = rows.filter(({ status }) => status !== to);
  const fieldOf = ({ id }: { id: string }): string => `input.ids.${ids.indexOf(id)}`;
  const inWrongState = changed.find(({ status }) => status !== from);
  if (inWrongState) throw wrongState(inWrongState, verdict, fieldOf(inWrongState));
  if (changed.length === 0) return { ids };
  await requireUndecided(tx, changed, fieldOf);
  const approved = verdict === 'validate' ? changed : changed.filter(({ profileId }) => profileId !== viewer.profileId);
  await requireApproverOfAll(tx, viewer, approved, { isOnlyOwner, fieldOf: (index) => fieldOf(approved[index]!) });
  await recordReview(tx, viewer, verdict, changed, note);
  return { ids };
}

type Reviewed = Pick<
  typeof timeEntries.$inferSelect,
  'id' | 'status' | 'taskId' | 'reviewerId' | 'reviewNote' | 'reviewedAt'
>;

/** Writes a verdict on locked entries whose status allows it, with their events. */
export async function recordReview(
  tx: TenantTx,
  viewer: Viewer,
  verdict: Verdict,
  changed: readonly Reviewed[],
  note: string | null | undefined,
): Promise<void> {
  if (changed.length === 0) return;
  const { to, action } = verdicts[verdict];
  const reviewed = to !== 'PENDING';
  const after = { status: to, reviewerId: reviewed ? viewer.profileId : null, reviewNote: note ?? null };
  const reviewedAt = reviewed ? new Date() : null;
  await tx
    .update(timeEntries)
    .set({ ...after, reviewedAt, version: sql`${timeEntries.version} + 1` })
    .where(
      inArray(
        timeEntries.id,
        changed.map(({ id }) => id),
      ),
    );
  const events = changed.map(({ id, taskId, status, reviewerId, reviewNote, reviewedAt: reviewedBefore }) => ({
    action,
    resourceType: 'TimeEntry',
    resourceId: id,
    metadata: taskId === null ? {} : { taskId },
    before: { status, reviewerId, reviewNote, reviewedAt: reviewedBefore },
    after: { ...after, reviewedAt },
  }));
  await recordEvents(tx, viewer, events);
}

/**
 * Locks the days of the people, before the entries, as every change of time does: an entry never changes its person.
 */
async function lockPeopleOf(tx: TenantTx, ids: readonly string[]): Promise<void> {
  const rows = await tx
    .selectDistinct({ profileId: timeEntries.profileId })
    .from(timeEntries)
    .where(inArray(timeEntries.id, [...ids]))
    .orderBy(asc(timeEntries.profileId));
  for (const { profileId } of rows) lockDays(tx, profileId);
}

/** Throws INVALID_STATE for an entry of an approved or locked week: reopen the week instead. */
async function requireUndecided(
  tx: TenantTx,
  entries: readonly { id: string; profileId: string; workDate: string }[],
  fieldOf: (entry: { id: string }) => string,
): Promise<void> {
  for (const profileId of new Set(entries.map((entry) => entry.profileId))) {
    const own = entries.filter((entry) => entry.profileId === profileId);
    const decided = await findDecidedDays(
      tx,
      profileId,
      own.map(({ workDate }) => workDate),
    );
    for (const entry of own) {
      const status = decided.get(entry.workDate);
      if (status !== undefined) throw closedWeek(status, fieldOf(entry));
    }
  }
}

/**
 * The entries, locked in one order, so that two concurrent reviews cannot wait for each other. Throws NOT_FOUND, naming
 * the position, unless the viewer sees all of them.
 */
async function lockEntries(tx: TenantTx, viewer: Viewer, ids: readonly string[]) {
  const rows = await guardDb(tx, viewer)
    .select({
      id: timeEntries.id,
      status: timeEntries.status,
      profileId: timeEntries.profileId,
      taskId: timeEntries.taskId,
      projectId: timeEntries.projectId,
      workDate: timeEntries.workDate,
      reviewerId: timeEntries.reviewerId,
      reviewNote: timeEntries.reviewNote,
      reviewedAt: timeEntries.reviewedAt,
    })
    .from(timeEntries)
    .where(inArray(timeEntries.id, [...ids]))
    .orderBy(asc(timeEntries.id))
    .for('no key update');
  const known = new Set(rows.map(({ id }) => id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw notFound('TimeEntry', `input.ids.${missing}`);
  return rows;
}

const wrongState = ({ status }: { status: Status }, verdict: Verdict, field: string) =>
  new AppError('INVALID_STATE', `You cannot ${verdict} an entry that is ${status}`, { field });
