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
  description: 'Something that a project hands to its client.',
  parent: 'project',
  read: 'parent',
  write: 'project:write',
  fields: {
    project: { description: 'Which project hands it over.', listDescription: 'What it hands to its client.' },
    name: 'Name.',
    description: 'What it is.',
    dueDate: 'When it is due.',
    status: { description: 'How far it is.', values: DeliverableStatus },
    submittedAt: 'When it was last submitted.',
    decidedAt: 'When it was accepted or rejected.',
    decisionNote: 'Why it was accepted or rejected.',
  },
  list: 'The deliverables of all projects.',
  create: {
    description: 'Adds a deliverable to a project, as a draft.',
    writes: ['projectId', 'name', 'description', 'dueDate'],
  },
  update: {
    description: 'Changes what a deliverable is, unless it is accepted: INVALID_STATE then.',
    writes: ['name', 'description', 'dueDate'],
    before: ({ current, next }) => {
      const agreed = (['name', 'description', 'dueDate'] as const).every((column) => next[column] === current[column]);
      if (current.status === 'ACCEPTED' && !agreed)
        throw new AppError('INVALID_STATE', 'An accepted deliverable does not change', { field: 'input.id' });
    },
  },
  delete: true,
});

const events = { DRAFT: 'withdrawn', SUBMITTED: 'submitted', ACCEPTED: 'accepted', REJECTED: 'rejected' } as const;
const noted = z.object({ note: textField.nullish() });

defineMutation('changeDeliverableStatus', {
  description:
    'Submits a deliverable, accepts or rejects a submitted one, or takes one that is not accepted back to draft. Needs ' +
    'project:write. Refused with INVALID_STATE, which lists the possible steps, for any other step.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Deliverable, required: true, description: 'Which deliverable.' }),
    status: t.field({ type: DeliverableStatus, required: true, description: 'Where it goes.' }),
    note: t.string({ description: 'Why it is accepted or rejected; required to reject, ignored for other steps.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, { status, ...which }) => {
    const { note } = checkInput(noted, which);
    if (status === 'REJECTED' && !note?.trim()) throw badInput('say why', 'input.note');
    return Deliverable.change(ctx.tx, ctx.viewer, which, events[status], ({ current }) => {
      requireStep(current.status, status);
      return stepOf(status, note ?? null, new Date());
    });
  },
  payload: (t) => ({ deliverable: changed(t, Deliverable, 'deliverables') }),
});
