import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockRule } from '../../access/rule-lock.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { dayField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { type Absence, accrue, shownDays, wholeDays } from './accrual.ts';
import { addDays, periodOf } from './periods.ts';
import { leaveBalances, leaveRequests, leaveTypes } from './tables.ts';
import { usableUntilOf } from './usable-until.ts';

const input = z.object({ until: dayField });
const rowsPerStatement = 1_000;

type Balance = typeof leaveBalances.$inferSelect;

/**
 * Updates the balances of all employees to what has accrued by the end of a day: for the period of that day, and for
 * the period before it, which has ended and is rounded up to whole days. Repeating it changes nothing. Needs
 * leave:manage. Only people with a first day of employment accrue leave.
 */
export async function accrueLeave(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ ids: string[] }> {
  requirePermission(viewer, 'leave:manage');
  const { until } = checkInput(input, raw);
  lockRule(tx, 'leave accrual');
  const types = await tx
    .select()
    .from(leaveTypes)
    .where(and(isNotNull(leaveTypes.daysPerPeriod), isNull(leaveTypes.archivedAt)));
  const people = await tx.select().from(profiles).where(isNotNull(profiles.employedFrom));
  const absences = await readAbsences(tx);
  const known = new Map((await tx.select().from(leaveBalances)).map((balance) => [keyOf(balance), balance]));
  const wanted = types.flatMap((type) => {
    const period = periodOf(until, type.periodStartMonth);
    const periods = [periodOf(addDays(period.from, -1), type.periodStartMonth), period];
    return people.flatMap(({ id: profileId, employedFrom, leftAt }) =>
      periods.flatMap(({ from, to }) => {
        const employed = { from: employedFrom!, to: leftAt ? dayIn(tx.timeZone, leftAt) : '9999-12-31' };
        if (employed.from > to || employed.from > until || employed.to < from) return [];
        const of = { daysPerPeriod: type.daysPerPeriod!, employed, absences: absences.get(profileId) ?? [] };
        const exact = accrue({ from, to }, until, of);
        const accrued = until >= to ? wholeDays(exact).toFixed(2) : shownDays(exact);
        return [{ profileId, typeId: type.id, periodStart: from, periodEnd: to, accrued }];
      }),
    );
  });
  return { ids: await save(tx, viewer, known, wanted) };
}

type Wanted = Pick<Balance, 'profileId' | 'typeId' | 'periodStart' | 'periodEnd' | 'accrued'>;
const keyOf = ({ profileId, typeId, periodStart }: Pick<Balance, 'profileId' | 'typeId' | 'periodStart'>): string =>
  `${profileId} ${typeId} ${periodStart}`;

/** Inserts and updates what differs, with an event each. Returns the ids of the changed balances. */
async function save(
  tx: TenantTx,
  viewer: Viewer,
  known: ReadonlyMap<string, Balance>,
  wanted: readonly Wanted[],
): Promise<string[]> {
  const changed = wanted.filter(
    (want) => Number(known.get(keyOf(want))?.accrued ?? Number.NaN) !== Number(want.accrued),
  );
  const rows = changed.map((want) => {
    const row = known.get(keyOf(want));
    return { id: row?.id ?? uuidv7(), ...want, usableUntil: row?.usableUntil ?? usableUntilOf(want.periodEnd) };
  });
  for (let at = 0; at < rows.length; at += rowsPerStatement)
    await tx
      .insert(leaveBalances)
      .values(rows.slice(at, at + rowsPerStatement))
      .onConflictDoUpdate({
        target: [leaveBalances.profileId, leaveBalances.typeId, leaveBalances.periodStart],
        set: { accrued: sql`excluded.accrued`, version: sql`${leaveBalances.version} + 1`, updatedAt: new Date() },
      });
  const events = rows.map((row) => {
    const before = known.get(keyOf(row));
    return {
      action: before ? 'leaveBalance.updated' : 'leaveBalance.created',
      resourceType: 'LeaveBalance',
      resourceId: row.id,
      ...(before ? { before: { accrued: before.accrued }, after: { accrued: row.accrued } } : { after: row }),
    };
  });
  await recordEvents(tx, viewer, events);
  return rows.map(({ id }) => id);
}

const kinds = { SICKNESS: 'SICKNESS', WORK_ACCIDENT: 'WORK_ACCIDENT', UNPAID: 'NONE' } as const;

/** Approved absences that change what accrues, by person. Half days at their ends count as whole days. */
async function readAbsences(tx: TenantTx): Promise<ReadonlyMap<string, Absence[]>> {
  const rows = await tx
    .select({
      profileId: leaveRequests.profileId,
      from: leaveRequests.fromDate,
      to: leaveRequests.toDate,
      kind: leaveTypes.kind,
    })
    .from(leaveRequests)
    .innerJoin(leaveTypes, eq(leaveTypes.id, leaveRequests.typeId))
    .where(and(eq(leaveRequests.status, 'APPROVED'), inArray(leaveTypes.kind, ['SICKNESS', 'WORK_ACCIDENT', 'UNPAID'])))
    .orderBy(leaveRequests.fromDate);
  const byPerson = new Map<string, Absence[]>();
  for (const { profileId, kind, ...span } of rows) {
    const known = byPerson.get(profileId) ?? [];
    byPerson.set(profileId, known);
    // Two half days of one day may belong to two absences: the first one counts
    const last = known.at(-1);
    const from = last && span.from <= last.to ? addDays(last.to, 1) : span.from;
    if (from <= span.to) known.push({ from, to: span.to, kind: kinds[kind as keyof typeof kinds] });
  }
  return byPerson;
}
