import { and, eq, inArray, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { calendarsOf } from '../people/calendars-of.ts';
import { isOn } from '../settings/is-on.ts';
import { readAccount } from './account.ts';
import { type LeaveSpan, leaveDays } from './leave-days.ts';
import { leaveRequests, type leaveTypes } from './tables.ts';

type Type = Pick<typeof leaveTypes.$inferSelect, 'dayCount' | 'drawsOnBalance'>;

/** The days of a span as the type counts them in the person's calendar. */
export async function countDays(tx: TenantTx, profileId: string, type: Type, span: LeaveSpan): Promise<string> {
  return leaveDays((await calendarsOf(tx, [profileId]))(profileId), type.dayCount, span);
}

interface Request extends LeaveSpan {
  id: string;
  profileId: string;
  days: string;
}

// Half days as numbers: a morning is even, the afternoon follows it
const halfOf = (day: typeof leaveRequests.fromDate, half: typeof leaveRequests.fromHalf) =>
  sql`((${day} - date '2000-01-01') * 2 + (${half} = 'AFTERNOON')::int)`;
const halfOfValue = (day: string, half: string) =>
  sql`((${day}::date - date '2000-01-01') * 2 + ${half === 'AFTERNOON' ? 1 : 0}::int)`;

/**
 * Throws INVALID_STATE for leave without a day that counts, for leave that overlaps other requested or approved leave
 * of the person, and for leave that the balances do not cover, unless the setting `leaveOverBalance` is on. The
 * person's leave must be locked.
 */
export async function requireFree(tx: TenantTx, request: Request, type: Type): Promise<void> {
  if (Number(request.days) === 0) throw refused('None of these days counts as leave');
  const [other] = await tx
    .select({ id: leaveRequests.id })
    .from(leaveRequests)
    .where(
      and(
        eq(leaveRequests.profileId, request.profileId),
        inArray(leaveRequests.status, ['REQUESTED', 'APPROVED']),
        sql`${halfOf(leaveRequests.fromDate, leaveRequests.fromHalf)} <= ${halfOfValue(request.toDate, request.toHalf)}`,
        sql`${halfOf(leaveRequests.toDate, leaveRequests.toHalf)} >= ${halfOfValue(request.fromDate, request.fromHalf)}`,
      ),
    )
    .limit(1);
  if (other) throw refused('This leave overlaps other leave', { overlaps: `LeaveRequest:${other.id}` });
  if (type.drawsOnBalance) await requireCovered(tx, request);
}

async function requireCovered(tx: TenantTx, request: Request): Promise<void> {
  const [setting] = await tx.select({ mayExceed: isOn('leaveOverBalance') }).from(sql`(select 1) as one`);
  if (setting?.mayExceed) return;
  // Counts this leave among the requests. If one of them is not covered then, earlier ones included, it is refused
  await tx.update(leaveRequests).set({ status: 'REQUESTED' }).where(eq(leaveRequests.id, request.id));
  const { uncovered } = await readAccount(tx, request.profileId);
  const missing = [...uncovered.values()].reduce((total, days) => total + days, 0);
  if (missing > 0) throw refused(`The balance lacks ${missing} days for this leave`, { missingDays: missing });
}

const refused = (message: string, details: object = {}): AppError =>
  new AppError('INVALID_STATE', message, { field: 'input.id', ...details });
