import { sql } from 'drizzle-orm';
import { declareWeekShift } from '../../graphql/declare/aggregate/periods.ts';
import { weekdays } from './registry.ts';
import { settings } from './tables.ts';

const days = sql.raw(`array[${weekdays.map((day) => `'${day}'`).join(', ')}]`);
const first = sql`(select array_position(${days}, ${settings.value} #>> '{}') from ${settings} where ${settings.key} = 'weekStartsOn')`;

// The organization's week begins this many days after Monday
declareWeekShift(sql`(coalesce(${first}, 1) - 1)`);
