import { and, asc, between, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import type { RowFailure } from '../../access/each-row.ts';
import { RowUpsert } from '../../access/upsert-rows.ts';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { dayField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { readSettings } from '../settings/read-settings.ts';
import { requireOpenDays } from './closed-weeks.ts';
import { createTimeEntry } from './create-time-entry.ts';
import { lockDays } from './day-limit.ts';
import { requireTimeReader, requireTimeWriter } from './policy.ts';
import { timeEntries } from './tables.ts';
import { weekEndOf, weekStartOf } from './week-of.ts';

/** Most entries of a week that can be copied. */
export const mostCopied = 500;

const input = z.object({ profileId: uuidField.nullish(), from: dayField, to: dayField });

export interface CopiedWeek {
  /** The new entries. */
  ids: string[];
  /** The entries that could not be copied. */
  skipped: (RowFailure & { id: string })[];
}

/**
 * Copies the work of one week to the same weekdays of another one, as pending entries without times. Rejected entries
 * are left out, and so are entries that the other week has already: repeating it changes nothing. Throws FORBIDDEN,
 * NOT_FOUND, BAD_INPUT, and INVALID_STATE if a timesheet closes the other week.
 */
export async function copyWeek(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<CopiedWeek> {
  const { from, to, profileId: given } = checkInput(input, raw);
  const profileId = given ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  requireTimeReader(viewer, profileId);
  if (given) await getVisible(tx, viewer, profiles, given, 'Profile', 'input.profileId');
  lockDays(tx, profileId);
  const { weekStartsOn } = await readSettings(tx);
  const [source, target] = [weekStartOf(from, weekStartsOn), weekStartOf(to, weekStartsOn)];
  if (source === target) throw badInput('must be a day of another week', 'input.to');
  const shift = toDayNumber(target) - toDayNumber(source);
  const later = (day: string): string => fromDayNumber(toDayNumber(day) + shift);
  const days = Array.from({ length: 7 }, (_, day) => fromDayNumber(toDayNumber(target) + day));
  await requireOpenDays(tx, profileId, days, 'input.to');
  const shifted = (await entriesOf(tx, profileId, source)).map((entry) => ({
    ...entry,
    workDate: later(entry.workDate),
  }));
  const missing = without(shifted, await entriesOf(tx, profileId, target));
  const rows = missing.map(({ id: _, taskId, description, ...work }) => ({
    locked: undefined,
    work: (of: TenantTx) => createTimeEntry(of, viewer, of.timeZone, { ...work, profileId, taskId, description }),
  }));
  const outcomes = await new RowUpsert(tx, 'input').run(rows, 'REJECT_FAILED_ROWS');
  return {
    ids: outcomes.flatMap(({ id }) => id ?? []),
    skipped: outcomes.flatMap(({ index, failure }) => (failure ? [{ ...failure, id: missing[index]!.id }] : [])),
  };
}

type Entry = Awaited<ReturnType<typeof entriesOf>>[number];

/** The work of a week without rejected entries. Throws BAD_INPUT if there are too many to copy. */
async function entriesOf(tx: TenantTx, profileId: string, weekStart: string) {
  const { id, projectId, taskId, workDate, hours, description, billable } = timeEntries;
  const found = await tx
    .select({ id, projectId, taskId, workDate, hours, description, billable })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.profileId, profileId),
        between(timeEntries.workDate, weekStart, weekEndOf(weekStart)),
        ne(timeEntries.status, 'REJECTED'),
      ),
    )
    .orderBy(asc(timeEntries.workDate), asc(timeEntries.id))
    .limit(mostCopied + 1);
  if (found.length > mostCopied)
    throw badInput(`a week with more than ${mostCopied} entries cannot be copied`, 'input');
  return found;
}

/** The entries without those that the others contain too. Each of the others cancels one equal entry. */
function without(entries: readonly Entry[], others: readonly Entry[]): Entry[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1);
  return entries.filter((entry) => {
    const count = counts.get(keyOf(entry)) ?? 0;
    counts.set(keyOf(entry), count - 1);
    return count <= 0;
  });
}

const keyOf = ({ id: _, ...work }: Entry): string => JSON.stringify(work);
