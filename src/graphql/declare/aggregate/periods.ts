import { type SQL, sql } from 'drizzle-orm';
import type { Field } from '../resource/fields.ts';
import type { Unit } from './aggregate-spec.ts';

/** How many days after Monday the organization's week begins. The settings module declares it. */
let shiftOfWeek: SQL = sql`0`;

export function declareWeekShift(days: SQL): void {
  shiftOfWeek = days;
}

/** The first day of the period that a value lies in. Instants lie in the days of the organization's time zone. */
export function periodOf({ kind }: Field, value: SQL, unit: Unit, zone: unknown): SQL {
  const isInstant = kind.scalar === 'DateTime';
  const day = isInstant ? sql`(${value} at time zone ${zone}::text)::date` : value;
  if (unit === 'DAY') return day;
  const start = (of: SQL) => sql`date_trunc(${sql.raw(`'${unit.toLowerCase()}'`)}, (${of})::timestamp)::date`;
  // Weeks of PostgreSQL begin on Monday: days are shifted there and back
  return unit === 'WEEK' ? sql`(${start(sql`${day} - ${shiftOfWeek}`)} + ${shiftOfWeek})` : start(day);
}
