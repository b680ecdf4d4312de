import { defineResource } from '../events/resource.ts';
import { periodOf } from './periods.ts';
import { readableLeave } from './policy.ts';
import { readType } from './read-type.ts';
import { usableUntilOf } from './usable-until.ts';

export const LeaveBalance = defineResource('leaveBalances', {
  name: 'LeaveBalance',
  description: 'Days of one type of leave that a person acquired in one period.',
  read: readableLeave,
  write: 'leave:manage',
  fields: {
    profile: { description: 'The person.', listDescription: 'The leave that the person acquired, by type and period.' },
    type: { description: 'The type of leave.', listDescription: 'The balances of this type.' },
    periodStart: 'First day of the period.',
    periodEnd: 'Last day of the period.',
    accrued: {
      description: 'Days accrued in the period, rounded up to whole days when it has ended.',
      min: 0,
      max: 999,
    },
    adjustment: {
      description: 'Days of seniority, splitting or another agreement; negative to take days away.',
      min: -999,
      max: 999,
    },
    usableUntil: {
      description: 'The last day on which the days can be taken.',
      notBefore: 'periodStart',
      default: 'twelve months after the end of the period',
    },
  },
  list: 'The balances of leave.',
  create: {
    description: 'Adds a balance, for example from the system that was used before.',
    writes: ['profileId', 'typeId', 'periodStart', 'accrued', 'adjustment', 'usableUntil'],
    before: async ({ tx, values }) => {
      const { periodStartMonth } = await readType(tx, values.typeId);
      const { from, to } = periodOf(values.periodStart, periodStartMonth);
      return { periodStart: from, periodEnd: to, usableUntil: values.usableUntil ?? usableUntilOf(to) };
    },
  },
  update: { writes: ['accrued', 'adjustment', 'usableUntil'] },
  upsert: 500,
});
