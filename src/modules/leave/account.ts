import { and, asc, eq, inArray } from 'drizzle-orm';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { calendarsOf } from '../people/calendars-of.ts';
import { allocate, type Demand, type Supply } from './allocate.ts';
import { countedDays } from './leave-days.ts';
import { leaveBalances, leaveRequests, leaveTypes } from './tables.ts';

/** A balance with the leave that was taken and requested from it. All numbers are days. */
export interface AccountEntry {
  balanceId: string;
  typeId: string;
  taken: number;
  requested: number;
  remaining: number;
}

interface Account {
  entries: AccountEntry[];
  /** Days of each request that no balance covers. */
  uncovered: ReadonlyMap<string, number>;
}

/**
 * The balances of a person. Approved leave draws on them first, then requested leave, each in the order of the days.
 * Takes no lock: a caller whose decision depends on the result must lock the person's leave first.
 */
export async function readAccount(db: Pick<TenantDb, 'select'>, profileId: string): Promise<Account> {
  const balances = await db.select().from(leaveBalances).where(eq(leaveBalances.profileId, profileId));
  const requests = await db
    .select({ request: leaveRequests, type: leaveTypes })
    .from(leaveRequests)
    .innerJoin(leaveTypes, eq(leaveTypes.id, leaveRequests.typeId))
    .where(
      and(
        eq(leaveRequests.profileId, profileId),
        inArray(leaveRequests.status, ['APPROVED', 'REQUESTED']),
        eq(leaveTypes.drawsOnBalance, true),
      ),
    )
    .orderBy(asc(leaveRequests.fromDate), asc(leaveRequests.id));
  const calendar = (await calendarsOf(db, [profileId]))(profileId);
  const typeIds = new Set([...balances, ...requests.map(({ request }) => request)].map(({ typeId }) => typeId));
  const entries: AccountEntry[] = [];
  const uncovered = new Map<string, number>();
  for (const typeId of typeIds) {
    const supplies = balances.filter((balance) => balance.typeId === typeId).map(supplyOf);
    const demandsOf = (status: string): Demand[] =>
      requests.flatMap(({ request, type }) => {
        if (request.typeId !== typeId || request.status !== status) return [];
        const days = countedDays(calendar, type.dayCount, request);
        return [{ id: request.id, days: days.map(({ day, part }) => ({ day, part: part * 100 })) }];
      });
    const approved = allocate(supplies, demandsOf('APPROVED'));
    const left = supplies.map((supply) => ({ ...supply, days: approved.remaining.get(supply.id)! }));
    const requested = allocate(left, demandsOf('REQUESTED'));
    for (const [id, missing] of [...approved.uncovered, ...requested.uncovered]) uncovered.set(id, missing / 100);
    for (const { id, days } of supplies) {
      const [afterTaken, remaining] = [approved.remaining.get(id)!, requested.remaining.get(id)!];
      entries.push({
        ...{ balanceId: id, typeId, taken: (days - afterTaken) / 100 },
        ...{ requested: (afterTaken - remaining) / 100, remaining: remaining / 100 },
      });
    }
  }
  return { entries, uncovered };
}

/** In hundredths of days, which are whole numbers. */
const supplyOf = ({
  id,
  periodStart,
  usableUntil,
  accrued,
  adjustment,
}: typeof leaveBalances.$inferSelect): Supply => ({
  ...{ id, periodStart, usableUntil },
  days: Math.round(Number(accrued) * 100) + Math.round(Number(adjustment) * 100),
});
