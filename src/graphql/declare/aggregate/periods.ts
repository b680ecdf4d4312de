import { type SQL, sql } from 'drizzle-orm';

/** The periods by which days and instants are grouped and filtered. */
export type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** How many days after Monday the organization's week begins. The settings module declares it. */
let shiftOfWeek: SQL = sql`0`;

export function declareWeekShift(days: SQL): void {
  shiftOfWeek = days;
}

/** The first day of the period that a value lies in. Instants lie in the days of the organization's time zone. */
export function periodOf(value: SQL, isInstant: boolean, unit: Unit, zone: unknown): SQL {
  return startOfPeriod(isInstant ? dayOfInstant(value, zone) : value, unit);
}

const dayOfInstant = (instant: SQL, zone: unknown): SQL => sql`(${instant} at time zone ${zone}::text)::date`;

/** The first day of the period that a day lies in; with `later`, of the period that many periods later. */
function startOfPeriod(day: SQL, unit: Unit, later?: unknown): SQL {
  const next = later === undefined ? undefined : sql`${later}::int`;
  if (unit === 'DAY') return next ? sql`(${day} + ${next})` : day;
  const start = (of: SQL) => {
    const first = sql`date_trunc(${sql.raw(`'${unit.toLowerCase()}'`)}, (${of})::timestamp)`;
    return next ? sql`(${first} + ${next} * ${lengths[unit]})::date` : sql`${first}::date`;
  };
  // Weeks of PostgreSQL begin on Monday: days are shifted there and back
  return unit === 'WEEK' ? sql`(${start(sql`${day} - ${shiftOfWeek}`)} + ${shiftOfWeek})` : start(day);
}

const lengths: Readonly<Record<Unit, SQL>> = {
  DAY: sql`interval '1 day'`,
  WEEK: sql`interval '7 days'`,
  MONTH: sql`interval '1 month'`,
  QUARTER: sql`interval '3 months'`,
  YEAR: sql`interval '1 year'`,
};

/** Periods relative to a day, in the time zone of the organization: from the first to the one before the last. */
export interface RelativePeriods {
  today: unknown;
  zone: unknown;
  first: unknown;
  last: unknown;
}

export type PeriodOperator = 'within' | 'before' | 'after';

/**
 * The condition that a day or an instant lies within these periods, or before or after all of them. The day of an
 * instant decides; the bounds in UTC, a day wider, only let an index find the rows.
 */
export function inPeriods(
  { value, isDay }: { value: SQL; isDay: boolean },
  operator: PeriodOperator,
  unit: Unit,
  { today, zone, first, last }: RelativePeriods,
): SQL {
  const from = startOfPeriod(sql`${today}::date`, unit, first);
  const end = startOfPeriod(sql`${today}::date`, unit, last);
  const day = isDay ? value : dayOfInstant(value, zone);
  const wide = (compared: string, bound: SQL, by: string) =>
    isDay ? sql`` : sql` and ${value} ${sql.raw(compared)} (${bound} ${sql.raw(by)})::timestamp at time zone 'UTC'`;
  if (operator === 'before') return sql`(${day} < ${from}${wide('<', from, '+ 1')})`;
  if (operator === 'after') return sql`(${day} >= ${end}${wide('>=', end, '- 1')})`;
  return sql`(${day} >= ${from} and ${day} < ${end}${wide('>=', from, '- 1')}${wide('<', end, '+ 1')})`;
}
