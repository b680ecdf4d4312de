import { defineResource } from '../events/resource.ts';
import { readableTypes } from './policy.ts';

defineResource('leaveTypes', {
  name: 'LeaveType',
  description: 'A type of leave and its rules.',
  read: readableTypes,
  write: 'leave:manage',
  fields: {
    name: { description: 'Name.', personal: false },
    kind: {
      description: 'Its purpose; sickness and unpaid leave change how much leave accrues.',
      values: {
        PAID_LEAVE: 'Paid leave (congés payés).',
        RTT: 'Days for working more hours than the legal week (RTT).',
        SICKNESS: 'Sickness: paid leave accrues at four fifths.',
        WORK_ACCIDENT: 'An accident at work or an occupational disease: paid leave accrues as for work.',
        UNPAID: 'Unpaid leave: no leave accrues.',
        FAMILY: 'A family event; leave accrues as for work.',
        OTHER: 'Other leave; leave accrues as for work.',
      },
    },
    dayCount: {
      description: 'Which days of a request count.',
      values: {
        WORKING_DAYS: 'The working days of the person’s calendar (jours ouvrés).',
        MONDAY_TO_SATURDAY: 'Monday to Saturday without holidays (jours ouvrables).',
        CALENDAR_DAYS: 'Every day.',
      },
    },
    needsApproval: 'Whether requests wait for approval; otherwise they are approved at once.',
    drawsOnBalance: 'Whether requests draw on a balance.',
    staysInUtilisation: 'Whether its days stay in the denominator of utilisation.',
    daysPerPeriod: {
      description: 'Days that accrue in twelve months of work, such as 25 or 30; null if none accrue.',
      min: 1,
      max: 365,
    },
    periodStartMonth: {
      description: 'The month that begins a period of twelve months, from 1 to 12.',
      min: 1,
      max: 12,
    },
    archivedAt: 'When it was archived; then it takes no new requests.',
  },
  order: { name: 'asc' },
  hiddenBy: 'archivedAt',
  list: 'The types of leave.',
  create: {
    writes: [
      ...(['name', 'kind', 'dayCount', 'needsApproval', 'drawsOnBalance'] as const),
      ...(['staysInUtilisation', 'daysPerPeriod', 'periodStartMonth'] as const),
    ],
  },
  update: {
    writes: ['name', 'needsApproval', 'drawsOnBalance', 'staysInUtilisation', 'daysPerPeriod', 'archivedAt'],
  },
  upsert: 500,
  delete: { inUse: 'There is leave of this type: archive it instead' },
});
