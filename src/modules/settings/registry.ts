import { z } from 'zod';
import { shortestDecimal } from '../../lib/decimal.ts';
import { decimalField } from '../../lib/fields.ts';
import { defaultTrashDays } from '../../lib/trash-days.ts';

export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
export const timeApprovals = ['VALIDATORS', 'PERSON_MANAGER', 'PROJECT_MANAGERS'] as const;
const weekday = z.enum(weekdays);

/** Every setting of a tenant: the type of its value, and its default. */
export const settingTypes = {
  /** Hours of a working day, for converting hours to days and spreading hours over days. */
  hoursPerDay: { value: decimalField(2, { min: 0.01, max: 24 }).transform(shortestDecimal), default: '8' },
  /** The first day of a week in timesheets and rollups. */
  weekStartsOn: { value: weekday, default: 'MONDAY' },
  /** The days of a week on which people work unless they are away. */
  workingDays: {
    value: z
      .array(weekday)
      .min(1)
      .transform((days) => weekdays.filter((day) => days.includes(day))),
    default: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
  },
  /** Whether people may record time on days before the first day of the project. */
  timeBeforeStart: { value: z.boolean(), default: false },
  /** Whether people may record time on days after the current month. */
  timeAhead: { value: z.boolean(), default: false },
  /** Who approves time: see `modules/time/approver.ts`. */
  timeApproval: { value: z.enum(timeApprovals), default: 'VALIDATORS' },
  /** Whether the only OWNER may approve their own time. */
  soleOwnerApproves: { value: z.boolean(), default: false },
  /** Whether people may request leave that exceeds their balance. */
  leaveOverBalance: { value: z.boolean(), default: false },
  /** For how many days deleted objects can be restored. */
  trashDays: { value: z.int().min(1).max(365), default: defaultTrashDays },
} as const satisfies { [key: string]: { value: z.ZodType; default: unknown } };

export type SettingKey = keyof typeof settingTypes;
const settingKeys = Object.keys(settingTypes) as SettingKey[];

export type TenantSettings = { [Key in SettingKey]: z.output<(typeof settingTypes)[Key]['value']> };

/** The stored value of a key if it is valid, otherwise the default: another build may have stored another form. */
const settingOf = (key: SettingKey, stored: unknown): unknown => {
  const parsed = settingTypes[key].value.safeParse(stored);
  return parsed.success ? parsed.data : settingTypes[key].default;
};

/** All settings, from the stored rows. */
export function settingsOf(rows: readonly { key: string; value: unknown }[]): TenantSettings {
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  return Object.fromEntries(settingKeys.map((key) => [key, settingOf(key, stored.get(key))])) as TenantSettings;
}
