import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { changeDeliverableStatus } from './change-deliverable-status.ts';
import { createDeliverable } from './create-deliverable.ts';
import { deleteProjectPart } from './delete-project-part.ts';
import { Deliverable } from './deliverable.ts';
import { DeliverableStatus } from './deliverable-status.ts';
import { Project } from './project.ts';
import { updateDeliverable } from './update-deliverable.ts';

defineMutation('createDeliverable', {
  description: 'Adds a deliverable to a project, as a draft. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'Which project.' }),
    name: t.string({ required: true, description: 'Name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is.' }),
    dueDate: t.field({ type: 'LocalDate', description: 'When it is due.' }),
    externalReference: t.string({ description: 'Your own key of this deliverable; unique.' }),
  }),
  run: (ctx, input) => createDeliverable(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deliverable: changed(t, Deliverable, 'deliverables', ({ id }) => id) }),
});

defineMutation('updateDeliverable', {
  description:
    'Changes what a deliverable is. Needs project:write. Absent fields stay, null clears. Refused with INVALID_STATE ' +
    'once it is accepted.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Deliverable, required: true, description: 'Which deliverable.' }),
    name: t.string({ description: 'Name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is.' }),
    dueDate: t.field({ type: 'LocalDate', description: 'When it is due.' }),
    externalReference: t.string({ description: 'Your own key of this deliverable; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateDeliverable(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deliverable: changed(t, Deliverable, 'deliverables', ({ id }) => id) }),
});

defineMutation('changeDeliverableStatus', {
  description:
    'Submits a deliverable, accepts or rejects a submitted one, or takes one that is not accepted back to draft. Needs ' +
    'project:write. Refused with INVALID_STATE, which lists the possible steps, for any other step.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Deliverable, required: true, description: 'Which deliverable.' }),
    status: t.field({ type: DeliverableStatus, required: true, description: 'Where it goes.' }),
    note: t.string({ description: 'Why it is accepted or rejected; ignored otherwise.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => changeDeliverableStatus(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deliverable: changed(t, Deliverable, 'deliverables', ({ id }) => id) }),
});

defineMutation('deleteDeliverable', {
  description: 'Deletes a deliverable. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Deliverable, required: true, description: 'Which deliverable.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteProjectPart(ctx.tx, ctx.viewer, 'Deliverable', input),
  payload: (t) => ({ deletedId: deletedId(t, 'Deliverable') }),
});
