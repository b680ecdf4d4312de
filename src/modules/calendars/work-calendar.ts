import { and, eq, ne } from 'drizzle-orm';
import { lockRule } from '../../access/rule-lock.ts';
import { builder } from '../../graphql/declare/builder.ts';
import type { InputBuilder } from '../../graphql/declare/mutation.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { weekdays } from '../settings/registry.ts';
import { Weekday } from '../settings/tenant-settings.ts';
import { readableCalendars } from './policy.ts';
import { workCalendars } from './tables.ts';

const days = 'The days of a week on which people work.';
const daysInput = (t: InputBuilder) => ({
  workingDays: t.field({ type: [Weekday], description: `${days} Monday to Friday by default.` }),
});
const mondayToFriday = weekdays.slice(0, 5);

/** In the order of the week, each once. */
function checkedDays(given: readonly string[]): string[] {
  if (given.length === 0) throw badInput('needs a day', 'input.workingDays');
  return weekdays.filter((day) => given.includes(day));
}

export const WorkCalendar = defineResource('workCalendars', {
  name: 'WorkCalendar',
  description:
    'The days and hours on which people work. One calendar is the default; without one, the settings of the ' +
    'organization and the public holidays of France apply.',
  read: readableCalendars,
  write: 'settings:write',
  fields: {
    name: { description: 'Name.', personal: false },
    hoursPerDay: { description: 'Hours of a working day.', min: 0.01, max: 24 },
    publicHolidays: {
      description: 'The public holidays on which nobody works; computed for every year.',
      values: {
        NONE: 'None.',
        FRANCE: 'The eleven of France.',
        ALSACE_MOSELLE: 'Those of France, 26 December and, with `goodFriday`, Good Friday.',
      },
    },
    goodFriday:
      'Whether Good Friday is a holiday in ALSACE_MOSELLE, as in communes with a Protestant or a mixed church.',
    isDefault:
      'Whether it applies to everybody without a calendar of their own; setting it replaces the previous default.',
  },
  order: { name: 'asc' },
  list: 'The work calendars of the organization.',
  create: {
    writes: ['name', 'hoursPerDay', 'publicHolidays', 'goodFriday', 'isDefault'],
    input: daysInput,
    before: async ({ tx, viewer, id, values, extra }) => {
      if (values.isDefault) await clearPreviousDefault(tx, viewer, id);
      return { workingDays: extra.workingDays ? checkedDays(extra.workingDays) : mondayToFriday };
    },
  },
  update: {
    writes: ['name', 'hoursPerDay', 'publicHolidays', 'goodFriday', 'isDefault'],
    input: daysInput,
    before: async ({ tx, viewer, values, current, extra }) => {
      if (values.isDefault && !current.isDefault) await clearPreviousDefault(tx, viewer, current.id);
      return extra.workingDays ? { workingDays: checkedDays(extra.workingDays) } : {};
    },
  },
  upsert: 500,
  delete: { inUse: 'People have this calendar: give them another one first' },
});

/** Makes the previous default calendar an ordinary one, with its own event. */
async function clearPreviousDefault(tx: TenantTx, viewer: Viewer, newDefaultId: string): Promise<void> {
  lockRule(tx, 'default calendar');
  const [other] = await tx
    .select({ id: workCalendars.id })
    .from(workCalendars)
    .where(and(eq(workCalendars.isDefault, true), ne(workCalendars.id, newDefaultId)));
  if (other) await WorkCalendar.update(tx, viewer, { id: other.id, isDefault: false });
}

builder.drizzleObjectFields(WorkCalendar, (t) => ({
  workingDays: t.field({
    type: [Weekday],
    description: days,
    select: { columns: { workingDays: true } },
    resolve: ({ workingDays }) => weekdays.filter((day) => workingDays.includes(day)),
  }),
}));
