import { asc, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { guardDb } from '../../access/guarded-db.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput, notFound } from '../../lib/errors.ts';
import { textField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { requireOtherAuthor, requireTimeReviewer } from './policy.ts';
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
 * time, and INVALID_STATE for an entry in another status.
 */
export async function reviewTimeEntries(
  tx: TenantTx,
  viewer: Viewer,
  verdict: Verdict,
  raw: Raw<typeof input>,
): Promise<{ ids: string[] }> {
  requireTimeReviewer(viewer);
  const { ids, note } = checkInput(input, raw);
  const { from, to, action } = verdicts[verdict];
  if (verdict === 'reject' && !note?.trim()) throw badInput('must give a reason', 'input.note');
  const rows = await lockEntries(tx, viewer, ids);
  const changed = rows.filter(({ status }) => status !== to);
  const inWrongState = changed.find(({ status }) => status !== from);
  if (inWrongState) throw wrongState(inWrongState, verdict, ids);
  if (verdict === 'validate')
    for (const entry of changed) requireOtherAuthor(viewer, entry, `input.ids.${ids.indexOf(entry.id)}`);
  if (changed.length === 0) return { ids };
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
  const events = changed.map(({ id, status, taskId }) => ({
    action,
    resourceType: 'TimeEntry',
    resourceId: id,
    metadata: taskId === null ? {} : { taskId },
    before: { status },
    after,
  }));
  await recordEvents(tx, viewer, events);
  return { ids };
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

const wrongState = ({ id, status }: { id: string; status: Status }, verdict: Verdict, ids: readonly string[]) =>
  new AppError('INVALID_STATE', `You cannot ${verdict} an entry that is ${status}`, {
    field: `input.ids.${ids.indexOf(id)}`,
  });
