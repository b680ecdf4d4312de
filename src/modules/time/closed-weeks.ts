import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { given, Statement } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type timesheetStatuses, timesheets } from './tables.ts';

type Status = (typeof timesheetStatuses)[number];

/** Timesheets in which nobody adds, changes or deletes time. */
const closed: readonly Status[] = ['SUBMITTED', 'APPROVED', 'LOCKED'];
/** Timesheets whose entries are not reviewed one by one any more. */
const decided: readonly Status[] = ['APPROVED', 'LOCKED'];

// A timesheet keeps its seven days, even if the setting for the first day of the week has changed since
const covers = sql`between ${timesheets.weekStart} and ${timesheets.weekStart} + 6`;

const isOpen = sql`(
  select case when count(*) = 0 then true else ${brokenRule('week', sql`min(week.status)`)} end
  from (select ${timesheets.status} as status from ${timesheets} where ${timesheets.profileId} = ${given('weekOf')}
    and ${timesheets.status} = any(${given('closedStatuses')}::text[])
    and exists (select 1 from unnest(${given('weekDays')}::date[]) as day where day ${covers})) as week)`;

/**
 * The rule that no closed timesheet contains one of these days of a person. Broken, it is INVALID_STATE with the status
 * of the timesheet. The person's days must be locked, so that the timesheet is not submitted or approved meanwhile.
 */
export function openWeekRule(profileId: string, days: readonly string[], field: string): Rule {
  return {
    name: 'week',
    holds: isOpen,
    given: { weekOf: profileId, weekDays: days, closedStatuses: closed },
    broken: (status) => closedWeek(status, field),
  };
}

const closedDays = new Statement<{ profileId: string; days: readonly string[]; statuses: readonly string[] }>(sql`
  select day::text, ${timesheets.status} from ${timesheets}
  join unnest(${given('days')}::date[]) as day on day ${covers}
  where ${timesheets.profileId} = ${given('profileId')} and ${timesheets.status} = any(${given('statuses')}::text[])
  order by day`);

type Days = ReadonlyMap<string, string>;

/** Those of the days that are in a closed timesheet, with its status. The person's days must be locked. */
export const findClosedDays = (tx: TenantTx, profileId: string, days: readonly string[]): Promise<Days> =>
  findDays(tx, profileId, days, closed);

/** Those of the days whose entries are not reviewed one by one any more, with the status of the timesheet. */
export const findDecidedDays = (tx: TenantTx, profileId: string, days: readonly string[]): Promise<Days> =>
  findDays(tx, profileId, days, decided);

async function findDays(
  tx: TenantTx,
  profileId: string,
  days: readonly string[],
  statuses: readonly Status[],
): Promise<Days> {
  if (days.length === 0) return new Map();
  const rows = await closedDays.run(tx, { profileId, days: [...new Set(days)], statuses });
  return new Map(rows as unknown as [day: string, status: string][]);
}

/** Throws INVALID_STATE if one of these days of a person is in a closed timesheet. Their days must be locked. */
export async function requireOpenDays(
  tx: TenantTx,
  profileId: string,
  days: readonly string[],
  field: string,
): Promise<void> {
  for (const [, status] of await findClosedDays(tx, profileId, days)) throw closedWeek(status, field);
}

const remedies: Readonly<Record<string, string>> = {
  SUBMITTED: 'recall it first',
  APPROVED: 'reopen it first',
  LOCKED: 'it cannot change any more',
};

export const closedWeek = (status: string, field: string): AppError =>
  new AppError('INVALID_STATE', `The timesheet of this week is ${status}: ${remedies[status]}`, { field, status });
