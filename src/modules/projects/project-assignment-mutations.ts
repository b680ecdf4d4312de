import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { createProjectAssignment } from './create-project-assignment.ts';
import { deleteProjectPart } from './delete-project-part.ts';
import { Project } from './project.ts';
import { ProjectAssignment } from './project-assignment.ts';
import { updateProjectAssignment } from './update-project-assignment.ts';

const rate = 'Sale price of a day here, in the company’s currency. Needs cost:read.';
const overbook = 'Accept that the person passes 100 % of their time; refused with OVERBOOKED unless true.';

defineMutation('createProjectAssignment', {
  description: 'Puts a person on a project. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'Which project.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'Who.' }),
    role: t.string({ description: 'What the person is in the project.' }),
    allocationPercent: t.int({ description: 'Share of the person’s time, 1 to 100; 100 unless given.' }),
    fromDate: t.field({ type: 'LocalDate', description: 'First day; open unless given.' }),
    toDate: t.field({ type: 'LocalDate', description: 'Last day; open unless given.' }),
    saleRate: t.field({ type: 'Decimal', description: rate }),
    externalReference: t.string({ description: 'Your own key of this assignment; unique.' }),
    allowOverbooking: t.boolean({ description: overbook }),
  }),
  run: (ctx, input) => createProjectAssignment(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ projectAssignment: changed(t, ProjectAssignment, 'projectAssignments', ({ id }) => id) }),
});

defineMutation('updateProjectAssignment', {
  description: 'Changes an assignment; person and project stay. Needs project:write. Absent fields stay, null clears.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: ProjectAssignment, required: true, description: 'Which assignment.' }),
    role: t.string({ description: 'What the person is in the project.' }),
    allocationPercent: t.int({ description: 'Share of the person’s time, 1 to 100.' }),
    fromDate: t.field({ type: 'LocalDate', description: 'First day; null is open.' }),
    toDate: t.field({ type: 'LocalDate', description: 'Last day; null is open.' }),
    saleRate: t.field({ type: 'Decimal', description: rate }),
    externalReference: t.string({ description: 'Your own key of this assignment; unique.' }),
    allowOverbooking: t.boolean({ description: overbook }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateProjectAssignment(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ projectAssignment: changed(t, ProjectAssignment, 'projectAssignments', ({ id }) => id) }),
});

defineMutation('deleteProjectAssignment', {
  description: 'Takes a person off a project. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: ProjectAssignment, required: true, description: 'Which assignment.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteProjectPart(ctx.tx, ctx.viewer, 'ProjectAssignment', input),
  payload: (t) => ({ deletedId: deletedId(t, 'ProjectAssignment') }),
});
