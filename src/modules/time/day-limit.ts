import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { given, Statement } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { hoursOfDay } from './split-days.ts';
import { timeEntries } from './tables.ts';

interface Day {
  workDate: string;
  hours: string;
}

/** The name of the lock on a person's days: while it is held, no other transaction adds time to them. */
export const daysOf = (profileId: string): string => `time of ${profileId}`;

/** Locks a person's days. Call it before locking rows. */
export const lockDays = (tx: TenantTx, profileId: string): void => lockRule(tx, daysOf(profileId));

const hoursOfDays = new Statement<{ profileId: string; days: readonly string[]; replacedId: string | null }>(sql`
  select ${timeEntries.workDate}, sum(${timeEntries.hours}) from ${timeEntries}
  where ${timeEntries.profileId} = ${given('profileId')} and ${timeEntries.workDate} = any(${given('days')}::date[])
    and ${timeEntries.status} <> 'REJECTED' and ${timeEntries.id} is distinct from ${given('replacedId')}::uuid
  group by ${timeEntries.workDate}`);

// Hours have two digits after the point: as hundredths they are whole numbers, whose sums are exact.
const hundredths = (hours: string): number => Math.round(Number(hours) * 100);

interface RoomOptions {
  /** The time zone, which determines the length of each day. */
  timeZone: string;
  field?: string;
  replacedId?: string;
}

/**
 * Throws DAY_LIMIT if these hours would bring a day of the person above its length. The entry that is being replaced
 * does not count, nor do rejected ones. The person's days must be locked.
 */
export async function requireDayRoom(
  tx: TenantTx,
  profileId: string,
  added: readonly Day[],
  { timeZone, field, replacedId }: RoomOptions,
): Promise<void> {
  const days = added.map(({ workDate }) => workDate);
  const rows = await hoursOfDays.run(tx, { profileId, days, replacedId: replacedId ?? null });
  const recorded = new Map(rows as unknown as [workDate: string, hours: string][]);
  for (const day of added) requireRoom(day, recorded.get(day.workDate) ?? '0', timeZone, field);
}

const roomOfDay = sql`(
  select case when day.recorded + ${given('added')}::numeric <= ${given('hoursOfDay')}::numeric then true
    else ${brokenRule('room', sql`day.recorded::text`)} end
  from (select coalesce(sum(${timeEntries.hours}), 0) as recorded from ${timeEntries}
    where ${timeEntries.profileId} = ${given('dayOf')} and ${timeEntries.workDate} = ${given('day')}
      and ${timeEntries.status} <> 'REJECTED') as day
)`;

/** The rule of DAY_LIMIT as part of a change. The person's days must be locked. */
export function roomFor(profileId: string, timeZone: string, day: Day): Rule {
  const length = hoursOfDay(timeZone, day.workDate);
  return {
    name: 'room',
    holds: roomOfDay,
    given: { dayOf: profileId, day: day.workDate, added: day.hours, hoursOfDay: String(length) },
    broken: (recorded) => dayLimit(day, recorded, length),
  };
}

function requireRoom(day: Day, recorded: string, timeZone: string, field?: string): void {
  const length = hoursOfDay(timeZone, day.workDate);
  if (hundredths(recorded) + hundredths(day.hours) > length * 100) throw dayLimit(day, recorded, length, field);
}

function dayLimit({ workDate }: Day, recorded: string, length: number, field = 'input.hours'): AppError {
  const message = `${workDate} already has ${recorded} hours recorded; that day is ${length} hours long`;
  return new AppError('DAY_LIMIT', message, { field, workDate, recorded, hoursOfDay: length });
}
