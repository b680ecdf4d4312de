import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { requireOpenDays } from '../time/closed-weeks.ts';
import { lockDays } from '../time/day-limit.ts';
import { timeEntries } from '../time/tables.ts';
import { deleteByReference, findByReference, type RowOf } from './bulk-rows.ts';
import { findTasks } from './find-tasks.ts';
import type { TimeRecord } from './records.ts';
import { findNonStaff, requireStaff } from './staff.ts';
import { syncRows, type Wanted } from './sync-rows.ts';
import { spreadHours } from './working-days.ts';
import type { WriteContext } from './write-context.ts';

type WantedEntry = Wanted<typeof timeEntries>;

/** How many numbers of left-over days are looked up at once. */
const numbersPerLookup = 100;

/** Creates time entries, updates differing ones, and deletes days that are left over from a larger total. */
export async function writeTime(
  context: WriteContext,
  records: readonly TimeRecord[],
  taskIds: ReadonlyMap<string, string>,
): Promise<void> {
  const { tx, changes, viewer } = context;
  const ids = new Map([...taskIds, ...(await linkedTasks(context, records, taskIds))]);
  const entries = records.map((record) => entriesOf(context, record, ids));
  const nonStaff = await findNonStaff(
    tx,
    entries.flat().map(({ profileId }) => profileId),
  );
  const { created, updated } = await syncRows(tx, timeEntries, entries.flat(), {
    prepare: (missing, differing) => lockPeople(tx, [...missing, ...differing.flatMap(({ row, want }) => [row, want])]),
    complete: (rows) => requireOpen(tx, rows),
    completeChanges: (rows) =>
      requireOpen(
        tx,
        rows.flatMap(({ row, want }) => [row, want]),
      ),
    requireAllowed(want, row) {
      if (row) requireChangeable(row);
      requireStaff(nonStaff, want.profileId!, want.workDate!, 'time.person');
      if (want.status === 'VALIDATED' && viewer?.profileId === want.profileId) throw ownTime();
    },
  });
  changes.add('created', 'TimeEntry', created);
  changes.add(
    'updated',
    'TimeEntry',
    updated.map(({ id }) => id),
  );
  const spread = records.flatMap((record, index) =>
    record.hoursPerDay === null ? [] : [{ reference: record.reference, days: entries[index]!.length }],
  );
  await dropLeftOver(context, spread);
}

interface PersonDay {
  profileId?: string | undefined;
  workDate?: string | undefined;
}

/** Locks the days of these people, in one order. */
function lockPeople(tx: TenantTx, rows: readonly PersonDay[]): void {
  const people = new Set(rows.flatMap(({ profileId }) => profileId ?? []));
  for (const profileId of [...people].sort()) lockDays(tx, profileId);
}

/** Throws INVALID_STATE for a day of a submitted, approved or locked week. Adds no columns. */
async function requireOpen(tx: TenantTx, rows: readonly PersonDay[]): Promise<object[]> {
  for (const profileId of new Set(rows.flatMap((row) => row.profileId ?? []))) {
    const days = rows.flatMap((row) => (row.profileId === profileId ? (row.workDate ?? []) : []));
    await requireOpenDays(tx, profileId, days, 'time.day');
  }
  return [];
}

const ownTime = (): AppError =>
  new AppError('INVALID_STATE', 'time.status: your own time must be validated by somebody else');

/**
 * Throws INVALID_STATE for an entry that a person has validated here. An entry that was imported as validated can still
 * change with its file.
 */
function requireChangeable({ status, reviewedAt, externalReference }: RowOf<typeof timeEntries>): void {
  if (status !== 'VALIDATED' || reviewedAt === null) return;
  throw new AppError('INVALID_STATE', `time: "${externalReference}" was validated and cannot be changed by an import`);
}

/** The ids of tasks from outside this batch. Throws NOT_FOUND for a task that does not belong to its project. */
async function linkedTasks(
  { tx, known }: WriteContext,
  records: readonly TimeRecord[],
  taskIds: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const linked = records.filter(({ taskReference }) => taskReference !== null && !taskIds.has(taskReference));
  const found = await findTasks(
    tx,
    linked.map(({ taskReference }) => taskReference!),
  );
  for (const { taskReference, projectReference } of linked) {
    if (found.get(taskReference!)?.projectId === known.projects.get(projectReference)!.id) continue;
    throw new AppError('NOT_FOUND', `time.task: the project has no task "${taskReference}"`);
  }
  return new Map([...found].map(([reference, { id }]) => [reference, id]));
}

function entriesOf(
  { known, source }: WriteContext,
  record: TimeRecord,
  taskIds: ReadonlyMap<string, string>,
): WantedEntry[] {
  const { reference, projectReference, personReference, taskReference, hoursPerDay, day, hours, ...columns } = record;
  const shared = {
    ...columns,
    source,
    projectId: known.projects.get(projectReference)!.id,
    profileId: known.people.get(personReference)!,
    taskId: taskReference === null ? null : taskIds.get(taskReference)!,
  };
  if (hoursPerDay === null) return [{ ...shared, externalReference: reference, workDate: day, hours }];
  return spreadHours(hours, day, hoursPerDay).map((part, index) => ({
    ...shared,
    externalReference: `${reference}:${index + 1}`,
    workDate: part.day,
    hours: part.hours,
  }));
}

/**
 * Days of a spread total are numbered from 1 without gaps: numbers beyond the last day are left from a larger total.
 */
async function dropLeftOver(
  { tx, changes }: WriteContext,
  spread: readonly { reference: string; days: number }[],
): Promise<void> {
  const next = new Map(spread.map(({ reference, days }) => [`${reference}:${days + 1}`, { reference, days }]));
  const leftOver = await findByReference(tx, timeEntries, [...next.keys()]);
  lockPeople(tx, leftOver);
  for (const { externalReference } of leftOver) {
    const { reference, days } = next.get(externalReference!)!;
    for (let from = days + 1, more = true; more; from += numbersPerLookup) {
      const numbers = Array.from({ length: numbersPerLookup }, (_, index) => `${reference}:${from + index}`);
      const dropped = await findByReference(tx, timeEntries, numbers, 'no key update');
      for (const row of dropped) requireChangeable(row);
      await requireOpen(tx, dropped);
      const deleted = await deleteByReference(tx, timeEntries, numbers);
      changes.add('deleted', 'TimeEntry', deleted);
      more = deleted.length === numbersPerLookup;
    }
  }
}
