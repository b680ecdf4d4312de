import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, numeric, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import {
  externalReference,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  uniqueWithoutCase,
  version,
} from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';

export const leaveKinds = ['PAID_LEAVE', 'RTT', 'SICKNESS', 'WORK_ACCIDENT', 'UNPAID', 'FAMILY', 'OTHER'] as const;
export const leaveDayCounts = ['WORKING_DAYS', 'MONDAY_TO_SATURDAY', 'CALENDAR_DAYS'] as const;
export const halfDays = ['MORNING', 'AFTERNOON'] as const;
/** The longest leave, in days. It bounds the work of counting its days. */
export const longestLeave = 1_100;
export const leaveStatuses = ['DRAFT', 'REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED'] as const;

export const leaveTypes = table(
  'leave_types',
  {
    id: primaryId(),
    name: label().notNull(),
    kind: text({ enum: leaveKinds }).notNull(),
    dayCount: text({ enum: leaveDayCounts }).notNull().default('WORKING_DAYS'),
    needsApproval: boolean().notNull().default(true),
    /** Whether requests draw on a balance. */
    drawsOnBalance: boolean().notNull().default(false),
    /** Whether its days stay in the denominator of utilisation. */
    staysInUtilisation: boolean().notNull().default(false),
    /** Days that accrue in a period of twelve months of work; null if none accrue. */
    daysPerPeriod: integer(),
    /** The month that begins a period: 6 for June, as the Code du travail has it. */
    periodStartMonth: integer().notNull().default(6),
    archivedAt: instant(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueWithoutCase('leave_types_name_key', t.name),
    uniqueIndex('leave_types_external_reference').on(t.externalReference),
    check('leave_types_kind', oneOf(t.kind, leaveKinds)),
    check('leave_types_day_count', oneOf(t.dayCount, leaveDayCounts)),
    check('leave_types_days_per_period', sql`${t.daysPerPeriod} between 1 and 365`),
    check('leave_types_period_start_month', sql`${t.periodStartMonth} between 1 and 12`),
  ],
);

/** Leave of a person from a half day to a half day, both included. */
export const leaveRequests = table(
  'leave_requests',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    typeId: uuid()
      .notNull()
      .references(() => leaveTypes.id),
    fromDate: date().notNull(),
    fromHalf: text({ enum: halfDays }).notNull().default('MORNING'),
    toDate: date().notNull(),
    toHalf: text({ enum: halfDays }).notNull().default('AFTERNOON'),
    /** Days as the type counts them in the person's calendar, when it was last saved. */
    days: numeric({ precision: 6, scale: 1 }).notNull(),
    note: text(),
    status: text({ enum: leaveStatuses }).notNull().default('DRAFT'),
    reviewerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    reviewedAt: instant(),
    reviewNote: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('leave_requests_profile').on(t.profileId, t.fromDate),
    index('leave_requests_type').on(t.typeId),
    index('leave_requests_from_date').on(t.fromDate, t.id),
    index('leave_requests_reviewer').on(t.reviewerId),
    uniqueIndex('leave_requests_external_reference').on(t.externalReference),
    check('leave_requests_status', oneOf(t.status, leaveStatuses)),
    check('leave_requests_halves', sql`${oneOf(t.fromHalf, halfDays)} and ${oneOf(t.toHalf, halfDays)}`),
    check('leave_requests_dates', sql`${t.toDate} - ${t.fromDate} between 0 and ${sql.raw(`${longestLeave - 1}`)}`),
  ],
);

/** Days of one type that a person acquired in one period. What is taken of them follows from the requests. */
export const leaveBalances = table(
  'leave_balances',
  {
    id: primaryId(),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    typeId: uuid()
      .notNull()
      .references(() => leaveTypes.id),
    periodStart: date().notNull(),
    periodEnd: date().notNull(),
    accrued: numeric({ precision: 6, scale: 2 }).notNull().default('0'),
    /** Days of seniority, splitting or another agreement; negative to take days away. */
    adjustment: numeric({ precision: 6, scale: 2 }).notNull().default('0'),
    /** The last day on which the days can be taken. */
    usableUntil: date().notNull(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('leave_balances_period').on(t.profileId, t.typeId, t.periodStart),
    index('leave_balances_type').on(t.typeId),
    uniqueIndex('leave_balances_external_reference').on(t.externalReference),
    check('leave_balances_dates', sql`${t.periodEnd} >= ${t.periodStart} and ${t.usableUntil} >= ${t.periodStart}`),
  ],
);
