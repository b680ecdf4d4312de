import { and, eq, gte, lte } from 'drizzle-orm';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { daysBetween } from '../calendars/work-days.ts';
import { partOf } from './leave-days.ts';
import type { Period } from './periods.ts';
import { leaveRequests } from './tables.ts';

/** The days of a period on which a person is away, working days or not, with the part of each: 0.5 or 1. */
export async function awayDays(
  db: Pick<TenantDb, 'select'>,
  profileId: string,
  { from, to }: Period,
): Promise<ReadonlyMap<string, number>> {
  const spans = await db
    .select()
    .from(leaveRequests)
    .where(
      and(
        eq(leaveRequests.profileId, profileId),
        eq(leaveRequests.status, 'APPROVED'),
        lte(leaveRequests.fromDate, to),
        gte(leaveRequests.toDate, from),
      ),
    );
  const away = new Map<string, number>();
  for (const span of spans) {
    const [first, last] = [span.fromDate > from ? span.fromDate : from, span.toDate < to ? span.toDate : to];
    for (const day of daysBetween(first, last)) away.set(day, Math.min((away.get(day) ?? 0) + partOf(span, day), 1));
  }
  return away;
}
