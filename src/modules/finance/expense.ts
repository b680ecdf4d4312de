import { workText } from '../../graphql/declare/personal-data.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { defineResource } from '../events/resource.ts';
import { readableExpenses } from './policy.ts';

const isOwn = (viewer: Viewer, { profileId }: { profileId: string }): boolean => profileId === viewer.profileId;
const own = { needs: 'expense:submit', allow: isOwn, allowedTo: 'your own' } as const;
const open = { status: ['DRAFT', 'REJECTED'] } as const;
const columns = ['spentOn', 'description', 'netAmount', 'vatAmount', 'billable'] as const;

const Expense = defineResource('expenses', {
  name: 'Expense',
  description: 'What a person spent for a project.',
  module: 'finance',
  parent: 'project',
  read: readableExpenses,
  write: own,
  fields: {
    project: { description: 'The project.', listDescription: 'What people spent for it.' },
    profile: {
      description: 'The person who spent it; null if you may not see them.',
      listDescription: 'What this person spent.',
    },
    spentOn: 'The day.',
    description: { description: 'What it was spent on.', personal: workText('profileId') },
    netAmount: { description: 'The amount without VAT.', type: 'Money' },
    vatAmount: { description: 'Its VAT; 0 by default.', type: 'Money' },
    billable: 'Whether the client can be billed for it; false by default.',
    status: {
      description: 'Its status.',
      values: {
        DRAFT: 'Not submitted yet.',
        SUBMITTED: 'Waiting for a decision.',
        APPROVED: 'Approved: it can no longer change.',
        REJECTED: 'Rejected: its author can change and submit it again.',
      },
    },
    reviewer: 'The person who approved or rejected it.',
    reviewedAt: { description: 'When it was approved or rejected.', sorted: false },
    reviewNote: { description: 'The reviewer’s note.', personal: workText('profileId') },
  },
  list: 'The expenses that you may see.',
  create: {
    description: 'Records an expense of your own.',
    writes: ['projectId', ...columns],
    before: ({ viewer }) => ({ profileId: viewer.profileId }),
  },
  update: { writes: columns, from: open },
  upsert: 500,
  delete: { from: open },
});

Expense.action('submit', {
  description: 'Submits an expense for approval',
  event: 'submitted',
  writes: [],
  from: open,
  before: () => ({ status: 'SUBMITTED', reviewerId: null, reviewedAt: null, reviewNote: null }),
});

/** Throws FORBIDDEN for one's own expense. */
function decided(viewer: Viewer, expense: { profileId: string }) {
  if (isOwn(viewer, expense))
    throw new AppError('FORBIDDEN', 'Another person must decide on your expense', { field: 'input.id' });
  return { reviewerId: viewer.profileId, reviewedAt: new Date() };
}

Expense.action('approve', {
  description: 'Approves an expense of another person',
  event: 'approved',
  write: 'expense:approve',
  writes: ['reviewNote'],
  from: { status: ['SUBMITTED'] },
  before: ({ viewer, current }) => ({ ...decided(viewer, current), status: 'APPROVED' }),
});

Expense.action('reject', {
  description: 'Rejects an expense of another person, with a reason in `reviewNote`',
  event: 'rejected',
  write: 'expense:approve',
  writes: ['reviewNote'],
  from: { status: ['SUBMITTED', 'REJECTED'] },
  before: ({ viewer, current, next }) => {
    if (!next.reviewNote?.trim()) throw badInput('must give a reason', 'input.reviewNote');
    const decision = decided(viewer, current);
    return current.status === 'REJECTED' ? {} : { ...decision, status: 'REJECTED' };
  },
});
