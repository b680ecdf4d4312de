import { type SQL, sql } from 'drizzle-orm';
import type { SettingKey } from './registry.ts';
import { settings } from './tables.ts';

/** Whether a setting that is off by default is on, as a condition of the statement that depends on it. */
export const isOn = (key: SettingKey): SQL<boolean> =>
  sql<boolean>`coalesce((select ${settings.value} from ${settings} where ${settings.key} = ${sql.raw(`'${key}'`)}) = 'true', false)`;
