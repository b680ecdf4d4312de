import { lockRule } from '../../access/rule-lock.ts';
import { workText } from '../../graphql/declare/personal-data.ts';
import { toDayNumber } from '../../lib/days.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { defineResource } from '../events/resource.ts';
import { staffRule } from '../projects/staff.ts';
import { countDays, requireFree } from './check-request.ts';
import { HalfDay } from './half-day.ts';
import { isEmpty, type LeaveSpan } from './leave-days.ts';
import { canWriteLeave, readableLeave } from './policy.ts';
import { readType } from './read-type.ts';
import { requireReviewer } from './require-reviewer.ts';
import { longestLeave } from './tables.ts';

const own = { allow: canWriteLeave, allowedTo: 'your own with time:write-own, or anybody’s with leave:manage' };
const reviewed = {
  needs: 'people:read' as const,
  allow: () => true,
  allowedTo: 'leave of your reports, or anybody’s with leave:manage, but never your own',
};

const span = ({
  fromDate,
  toDate,
  fromHalf = 'MORNING',
  toHalf = 'AFTERNOON',
}: Partial<LeaveSpan> & Days): LeaveSpan => ({
  ...{ fromDate, fromHalf, toDate, toHalf },
});
type Days = Pick<LeaveSpan, 'fromDate' | 'toDate'>;

/** Throws BAD_INPUT if the leave is empty or too long. */
function requireSpan(given: LeaveSpan): void {
  if (toDayNumber(given.toDate) - toDayNumber(given.fromDate) >= longestLeave)
    throw badInput(`must be less than ${longestLeave} days after ${given.fromDate}`, 'input.toDate');
  if (isEmpty(given)) throw badInput('must not end before it begins', 'input.toHalf');
}

export const LeaveRequest = defineResource('leaveRequests', {
  name: 'LeaveRequest',
  description: 'Leave of a person, from a half day to a half day, both included.',
  read: readableLeave,
  write: own,
  fields: {
    profile: {
      description: 'The person.',
      listDescription: 'The person’s leave.',
      default: { description: 'you', value: (viewer) => viewer.profileId },
    },
    type: { description: 'The type of leave.', listDescription: 'The leave of this type.' },
    fromDate: 'First day.',
    fromHalf: { description: 'The half of the first day that it begins with.', values: HalfDay },
    toDate: { description: `Last day; leave has at most ${longestLeave} days.`, notBefore: 'fromDate' },
    toHalf: { description: 'The half of the last day that it ends with.', values: HalfDay },
    days: 'Days as the type counts them in the person’s calendar.',
    note: { description: 'A note for the reviewer.', personal: workText('profileId') },
    status: {
      description: 'Its status.',
      values: {
        DRAFT: 'Not requested yet.',
        REQUESTED: 'Waits for approval.',
        APPROVED: 'Approved.',
        REJECTED: 'Rejected with a reason.',
        CANCELLED: 'Cancelled; its days are given back.',
      },
    },
    reviewer: 'The person who approved or rejected it.',
    reviewedAt: { description: 'When it was approved or rejected.', sorted: false },
    reviewNote: { description: 'The note or reason that the reviewer gave.', personal: workText('profileId') },
  },
  list: 'The leave of people, as far as you may see it.',
  create: {
    description: 'Drafts leave.',
    write: 'time:write-own',
    writes: ['profileId', 'typeId', 'fromDate', 'fromHalf', 'toDate', 'toHalf', 'note'],
    requires: ({ values }) => staffRule(values.profileId, 'input.profileId'),
    before: async ({ tx, viewer, values }) => {
      if (!canWriteLeave(viewer, values)) throw new AppError('FORBIDDEN', 'You may not draft leave for this person');
      const type = await readType(tx, values.typeId);
      if (type.archivedAt) throw new AppError('INVALID_STATE', 'This type is archived', { field: 'input.typeId' });
      const leave = span(values);
      requireSpan(leave);
      return { ...leave, days: await countDays(tx, values.profileId, type, leave) };
    },
  },
  update: {
    description: 'Changes leave that was not requested yet',
    writes: ['fromDate', 'fromHalf', 'toDate', 'toHalf', 'note'],
    from: { status: ['DRAFT'] },
    before: async ({ tx, current, next }) => {
      requireSpan(next);
      return { days: await countDays(tx, current.profileId, await readType(tx, current.typeId), next) };
    },
  },
  upsert: 500,
  delete: { description: 'Deletes leave that was not requested yet', from: { status: ['DRAFT'] } },
});

LeaveRequest.action('request', {
  description:
    'Requests drafted leave; it is approved at once if its type needs no approval. Fails with INVALID_STATE if it ' +
    'overlaps other leave, or exceeds the balance',
  event: 'requested',
  writes: [],
  from: { status: ['DRAFT'] },
  before: async ({ tx, current }) => {
    lockRule(tx, `leave of ${current.profileId}`);
    const type = await readType(tx, current.typeId);
    const days = await countDays(tx, current.profileId, type, current);
    await requireFree(tx, { ...current, days }, type);
    return { days, status: type.needsApproval ? 'REQUESTED' : 'APPROVED' };
  },
});

LeaveRequest.action('approve', {
  description: 'Approves requested leave',
  event: 'approved',
  write: reviewed,
  writes: ['reviewNote'],
  from: { status: ['REQUESTED'] },
  before: async ({ tx, viewer, current }) => {
    await requireReviewer(tx, viewer, current.profileId);
    return { status: 'APPROVED', reviewerId: viewer.profileId, reviewedAt: new Date() };
  },
});

LeaveRequest.action('reject', {
  description: 'Rejects requested leave, with a reason in `reviewNote`',
  event: 'rejected',
  write: reviewed,
  writes: ['reviewNote'],
  from: { status: ['REQUESTED'] },
  before: async ({ tx, viewer, current, values }) => {
    if (!values.reviewNote?.trim()) throw badInput('must give a reason', 'input.reviewNote');
    await requireReviewer(tx, viewer, current.profileId);
    return { status: 'REJECTED', reviewerId: viewer.profileId, reviewedAt: new Date() };
  },
});

LeaveRequest.action('cancel', {
  description: 'Cancels leave and gives its days back',
  event: 'cancelled',
  writes: [],
  from: { status: ['DRAFT', 'REQUESTED', 'APPROVED'] },
  before: ({ tx, current }) => {
    lockRule(tx, `leave of ${current.profileId}`);
    return { status: 'CANCELLED' };
  },
});
