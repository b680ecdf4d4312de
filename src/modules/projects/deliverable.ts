import { z } from 'zod';
import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { textField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import { defineResource } from '../events/resource.ts';
import { requireStep, stepOf } from './deliverable-flow.ts';
import { DeliverableStatus } from './deliverable-status.ts';

export const Deliverable = defineResource('deliverables', {
  name: 'Deliverable',
  description: 'A result that a project delivers to its client.',
  parent: 'project',
  read: 'parent',
  write: 'project:write',
  fields: {
    project: { description: 'The project that delivers it.', listDescription: 'Its deliverables.' },
    name: 'Name.',
    description: 'Description.',
    dueDate: 'When it is due.',
    status: { description: 'Its status.', values: DeliverableStatus },
    submittedAt: 'When it was last submitted; null if never.',
    decidedAt: 'When it was accepted or rejected; null without a decision.',
    decisionNote: 'The reason for the decision.',
  },
  list: 'The deliverables of all projects.',
  create: {
    description: 'Adds a deliverable to a project, as a draft.',
    writes: ['projectId', 'name', 'description', 'dueDate'],
  },
  update: {
    description: 'Changes a deliverable. Fails with INVALID_STATE if it is accepted.',
    writes: ['name', 'description', 'dueDate'],
    before: ({ current, next }) => {
      const agreed = (['name', 'description', 'dueDate'] as const).every((column) => next[column] === current[column]);
      if (current.status === 'ACCEPTED' && !agreed)
        throw new AppError('INVALID_STATE', 'An accepted deliverable cannot change', { field: 'input.id' });
    },
  },
  upsert: 500,
  delete: true,
});

const events = { DRAFT: 'withdrawn', SUBMITTED: 'submitted', ACCEPTED: 'accepted', REJECTED: 'rejected' } as const;
const noted = z.object({ note: textField.nullish() });

defineMutation('changeDeliverableStatus', {
  description:
    'Submits a deliverable, accepts or rejects a submitted one, or returns it to draft unless it is accepted. Needs ' +
    'project:write. Any other step fails with INVALID_STATE, which lists the possible steps.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Deliverable, required: true, description: 'The deliverable.' }),
    status: t.field({ type: DeliverableStatus, required: true, description: 'The new status.' }),
    note: t.string({ description: 'The reason; required to reject, optional to accept, ignored otherwise.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, { status, ...which }) => {
    const { note } = checkInput(noted, which);
    if (status === 'REJECTED' && !note?.trim()) throw badInput('must give a reason', 'input.note');
    return Deliverable.change(ctx.tx, ctx.viewer, which, events[status], ({ current }) => {
      requireStep(current.status, status);
      return stepOf(status, note ?? null, new Date());
    });
  },
  payload: (t) => ({ deliverable: changed(t, Deliverable, 'deliverables') }),
});
