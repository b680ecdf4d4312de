import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { Client } from '../clients/client.ts';
import { Profile } from '../people/profile.ts';
import { createProject } from './create-project.ts';
import { deleteProject } from './delete-project.ts';
import { Project } from './project.ts';
import { ProjectStatus } from './project-status.ts';
import { updateProject } from './update-project.ts';

defineMutation('createProject', {
  description: 'Opens a project for a client, with a channel of its own. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1 to 200 characters, unique in the company.' }),
    clientId: t.globalID({ for: Client, required: true, description: 'Whom it is done for.' }),
    managerId: t.globalID({ for: Profile, description: 'Who leads it.' }),
    code: t.string({ description: 'Short name, unique; the next one of the company’s code format unless given.' }),
    description: t.string({ description: 'What it is about.' }),
    startDate: t.field({ type: 'LocalDate', required: true, description: 'First day.' }),
    expectedEndDate: t.field({ type: 'LocalDate', description: 'Last day, as expected now.' }),
    status: t.field({ type: ProjectStatus, description: 'How it stands; ACTIVE unless given.' }),
    externalReference: t.string({ description: 'Your own key of this project; unique.' }),
  }),
  run: (ctx, input) => createProject(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ project: changed(t, Project, 'projects', ({ id }) => id) }),
});

defineMutation('updateProject', {
  description: 'Changes a project. Needs project:write. Absent fields stay, null clears.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Project, required: true, description: 'Which project.' }),
    name: t.string({ description: 'Name, 1 to 200 characters, unique in the company.' }),
    clientId: t.globalID({ for: Client, description: 'Whom it is done for.' }),
    managerId: t.globalID({ for: Profile, description: 'Who leads it.' }),
    code: t.string({ description: 'Short name, unique.' }),
    description: t.string({ description: 'What it is about.' }),
    startDate: t.field({ type: 'LocalDate', description: 'First day.' }),
    expectedEndDate: t.field({ type: 'LocalDate', description: 'Last day, as expected now.' }),
    status: t.field({ type: ProjectStatus, description: 'How it stands.' }),
    externalReference: t.string({ description: 'Your own key of this project; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateProject(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ project: changed(t, Project, 'projects', ({ id }) => id) }),
});

defineMutation('deleteProject', {
  description:
    'Deletes a project with all that is its own: phases, assignments, deliverables, incidents, tasks, milestones, time ' +
    'and its channel. Needs project:delete. Refused with IN_USE while something that must outlive it refers to it. To ' +
    'keep its history, complete it instead.',
  permission: 'project:delete',
  input: (t) => ({
    id: t.globalID({ for: Project, required: true, description: 'Which project.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteProject(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ deletedId: deletedId(t, 'Project') }),
});
