import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { readableSettings } from './policy.ts';
import { type TenantSettings as Shape, settingsOf, type timeApprovals, type weekdays } from './registry.ts';
import { updateTenantSettings } from './update-tenant-settings.ts';

defineRowRule('settings', readableSettings<'settings'>);

export const Weekday = builder.enumType('Weekday', {
  description: 'A day of the week.',
  values: {
    MONDAY: { description: 'Monday.' },
    TUESDAY: { description: 'Tuesday.' },
    WEDNESDAY: { description: 'Wednesday.' },
    THURSDAY: { description: 'Thursday.' },
    FRIDAY: { description: 'Friday.' },
    SATURDAY: { description: 'Saturday.' },
    SUNDAY: { description: 'Sunday.' },
  } satisfies Record<(typeof weekdays)[number], { description: string }>,
});

const texts = {
  hoursPerDay: 'Hours of a working day, for converting hours to days.',
  weekStartsOn: 'The first day of a week in timesheets and rollups.',
  workingDays: 'The days of a week on which people work unless they are away.',
  timeBeforeStart: 'Whether time may be recorded on days before the first day of the project; false by default.',
  timeAhead: 'Whether time may be recorded on days after the current month; false by default.',
  timeApproval: 'Who approves time; VALIDATORS by default.',
  soleOwnerApproves: 'Whether the only OWNER may approve their own time; false by default.',
  leaveOverBalance: 'Whether people may request leave that exceeds their balance; false by default.',
  trashDays: 'For how many days deleted objects can be restored; 30 by default.',
};

const TimeApproval = builder.enumType('TimeApproval', {
  description: 'Who approves time. Nobody approves their own, except with `soleOwnerApproves`.',
  values: {
    VALIDATORS: { description: 'Everybody with time:validate.' },
    PERSON_MANAGER: { description: 'The person’s manager, and everybody with organization:manage.' },
    PROJECT_MANAGERS: {
      description: 'The manager of each project, for the time of that project, and everybody with organization:manage.',
    },
  } satisfies Record<(typeof timeApprovals)[number], { description: string }>,
});

const TenantSettings = builder.objectRef<Shape>('TenantSettings').implement({
  description: 'The organization’s settings, with defaults where nothing is set.',
  fields: (t) => ({
    hoursPerDay: t.expose('hoursPerDay', { type: 'Decimal', description: texts.hoursPerDay }),
    weekStartsOn: t.expose('weekStartsOn', { type: Weekday, description: texts.weekStartsOn }),
    workingDays: t.expose('workingDays', { type: [Weekday], description: texts.workingDays }),
    timeBeforeStart: t.exposeBoolean('timeBeforeStart', { description: texts.timeBeforeStart }),
    timeAhead: t.exposeBoolean('timeAhead', { description: texts.timeAhead }),
    timeApproval: t.expose('timeApproval', { type: TimeApproval, description: texts.timeApproval }),
    soleOwnerApproves: t.exposeBoolean('soleOwnerApproves', { description: texts.soleOwnerApproves }),
    leaveOverBalance: t.exposeBoolean('leaveOverBalance', { description: texts.leaveOverBalance }),
    trashDays: t.exposeInt('trashDays', { description: texts.trashDays }),
  }),
});

builder.queryField('tenantSettings', (t) =>
  t.field({
    type: TenantSettings,
    authScopes: { permission: 'settings:read' },
    description: 'The organization’s settings. Needs settings:read.',
    resolve: async (_root, _args, ctx) => settingsOf(await ctx.db.query.settings.findMany(stored)),
  }),
);

const stored = { columns: { key: true, value: true } };

defineMutation('updateTenantSettings', {
  description:
    'Changes settings of the organization. Needs settings:write. Absent settings stay, null restores the default.',
  permission: 'settings:write',
  input: (t) => ({
    hoursPerDay: t.field({ type: 'Decimal', description: `${texts.hoursPerDay} More than 0, at most 24.` }),
    weekStartsOn: t.field({ type: Weekday, description: texts.weekStartsOn }),
    workingDays: t.field({ type: [Weekday], description: texts.workingDays }),
    timeBeforeStart: t.boolean({ description: texts.timeBeforeStart }),
    timeAhead: t.boolean({ description: texts.timeAhead }),
    timeApproval: t.field({ type: TimeApproval, description: texts.timeApproval }),
    soleOwnerApproves: t.boolean({ description: texts.soleOwnerApproves }),
    leaveOverBalance: t.boolean({ description: texts.leaveOverBalance }),
    trashDays: t.int({ description: `${texts.trashDays} 1 to 365.` }),
  }),
  run: (ctx, input) => updateTenantSettings(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    tenantSettings: t.field({
      type: TenantSettings,
      nullable: true,
      authScopes: { permission: 'settings:read' },
      description: 'The settings after the change; null if you may not see them.',
      resolve: async (_shape, _args, ctx) => settingsOf(await ctx.db.query.settings.findMany(stored)),
    }),
  }),
});
