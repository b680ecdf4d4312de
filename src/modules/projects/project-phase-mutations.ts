import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { createProjectPhase } from './create-project-phase.ts';
import { deleteProjectPart } from './delete-project-part.ts';
import { Project } from './project.ts';
import { ProjectPhase } from './project-phase.ts';
import { updateProjectPhase } from './update-project-phase.ts';

defineMutation('createProjectPhase', {
  description: 'Adds a phase to a project. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'Which project.' }),
    name: t.string({ required: true, description: 'Name, 1 to 200 characters.' }),
    position: t.int({ description: 'Where it stands among the phases; after the others unless given.' }),
    startDate: t.field({ type: 'LocalDate', description: 'First day.' }),
    endDate: t.field({ type: 'LocalDate', description: 'Last day.' }),
    externalReference: t.string({ description: 'Your own key of this phase; unique.' }),
  }),
  run: (ctx, input) => createProjectPhase(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ projectPhase: changed(t, ProjectPhase, 'projectPhases', ({ id }) => id) }),
});

defineMutation('updateProjectPhase', {
  description: 'Changes a phase; it stays in its project. Needs project:write. Absent fields stay, null clears.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: ProjectPhase, required: true, description: 'Which phase.' }),
    name: t.string({ description: 'Name, 1 to 200 characters.' }),
    position: t.int({ description: 'Where it stands among the phases.' }),
    startDate: t.field({ type: 'LocalDate', description: 'First day.' }),
    endDate: t.field({ type: 'LocalDate', description: 'Last day.' }),
    externalReference: t.string({ description: 'Your own key of this phase; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateProjectPhase(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ projectPhase: changed(t, ProjectPhase, 'projectPhases', ({ id }) => id) }),
});

defineMutation('deleteProjectPhase', {
  description: 'Deletes a phase. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: ProjectPhase, required: true, description: 'Which phase.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteProjectPart(ctx.tx, ctx.viewer, 'ProjectPhase', input),
  payload: (t) => ({ deletedId: deletedId(t, 'ProjectPhase') }),
});
