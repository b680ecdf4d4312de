import { sql } from 'drizzle-orm';
import { lockRule } from '../../access/rule-lock.ts';
import { given, Statement } from '../../access/statement.ts';
import { type Rule, refusal } from '../../access/visible-rows.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { timeEntries } from './tables.ts';

const hoursOfDay = 24;

interface Day {
  workDate: string;
  hours: string;
}

/** Lets one transaction at a time add to the days of a person. Take it before any row lock. */
export const lockDays = (tx: TenantTx, profileId: string): void => lockRule(tx, `time of ${profileId}`);

const hoursOfDays = new Statement<{ profileId: string; days: readonly string[]; replacedId: string | null }>(sql`
  select ${timeEntries.workDate}, sum(${timeEntries.hours}) from ${timeEntries}
  where ${timeEntries.profileId} = ${given('profileId')} and ${timeEntries.workDate} = any(${given('days')}::date[])
    and ${timeEntries.id} is distinct from ${given('replacedId')}::uuid
  group by ${timeEntries.workDate}`);

// Hours have two digits after the point: hundredths are whole numbers, and their sums exact.
const hundredths = (hours: string): number => Math.round(Number(hours) * 100);

/**
 * Throws DAY_LIMIT when these hours would bring a day of the person over 24. An entry that is about to be replaced does
 * not count. The person's days must be locked.
 */
export async function requireDayRoom(
  tx: TenantTx,
  profileId: string,
  added: readonly Day[],
  { field, replacedId }: { field?: string; replacedId?: string } = {},
): Promise<void> {
  const days = added.map(({ workDate }) => workDate);
  const rows = await hoursOfDays.run(tx, { profileId, days, replacedId: replacedId ?? null });
  const recorded = new Map(rows as unknown as [workDate: string, hours: string][]);
  for (const day of added) requireRoom(day, recorded.get(day.workDate) ?? '0', field);
}

const roomOfDay = sql`(
  select case when day.recorded + ${given('added')}::numeric <= ${sql.raw(String(hoursOfDay))} then true
    else ${refusal(sql`day.recorded::text`)} end
  from (select coalesce(sum(${timeEntries.hours}), 0) as recorded from ${timeEntries}
    where ${timeEntries.profileId} = ${given('dayOf')} and ${timeEntries.workDate} = ${given('day')}) as day
)`;

/** For `requireAllVisible`: DAY_LIMIT when these hours would bring a day of the person over 24. The days must be locked. */
export const roomFor = (profileId: string, day: Day): Rule => ({
  name: 'room of day',
  holds: roomOfDay,
  given: { dayOf: profileId, day: day.workDate, added: day.hours },
  broken: (recorded) => dayLimit(day, recorded),
});

/** Throws DAY_LIMIT when these hours would bring the day over 24, with those that it has. */
function requireRoom(day: Day, recorded: string, field?: string): void {
  if (hundredths(recorded) + hundredths(day.hours) > hoursOfDay * 100) throw dayLimit(day, recorded, field);
}

function dayLimit({ workDate }: Day, recorded: string, field = 'input.hours'): AppError {
  const message = `The ${workDate} already has ${recorded} hours; a day has ${hoursOfDay}`;
  return new AppError('DAY_LIMIT', message, { field, workDate, recorded });
}
