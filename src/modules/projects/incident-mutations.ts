import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed, deletedId } from '../../graphql/declare/payload.ts';
import { createIncident } from './create-incident.ts';
import { deleteProjectPart } from './delete-project-part.ts';
import { Incident } from './incident.ts';
import { IncidentSeverity } from './incident-status.ts';
import { Project } from './project.ts';
import { reopenIncident, resolveIncident } from './resolve-incident.ts';
import { updateIncident } from './update-incident.ts';

defineMutation('createIncident', {
  description: 'Reports an incident in a project. Needs task:write.',
  permission: 'task:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'Where it happened.' }),
    title: t.string({ required: true, description: 'What happened, 1 to 200 characters.' }),
    description: t.string({ description: 'What happened, at length.' }),
    severity: t.field({ type: IncidentSeverity, description: 'How much harm it does; MEDIUM unless given.' }),
    openedAt: t.field({ type: 'DateTime', description: 'When it began; now unless given.' }),
    externalReference: t.string({ description: 'Your own key of this incident; unique.' }),
  }),
  run: (ctx, input) => createIncident(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ incident: changed(t, Incident, 'incidents', ({ id }) => id) }),
});

defineMutation('updateIncident', {
  description: 'Changes an incident: your own report, or any with project:write. Absent fields stay, null clears.',
  input: (t) => ({
    id: t.globalID({ for: Incident, required: true, description: 'Which incident.' }),
    title: t.string({ description: 'What happened, 1 to 200 characters.' }),
    description: t.string({ description: 'What happened, at length.' }),
    severity: t.field({ type: IncidentSeverity, description: 'How much harm it does.' }),
    externalReference: t.string({ description: 'Your own key of this incident; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateIncident(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ incident: changed(t, Incident, 'incidents', ({ id }) => id) }),
});

defineMutation('resolveIncident', {
  description: 'Ends an incident now: your own report, or any with project:write.',
  input: (t) => ({
    id: t.globalID({ for: Incident, required: true, description: 'Which incident.' }),
    resolution: t.string({ description: 'What ended it.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => resolveIncident(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ incident: changed(t, Incident, 'incidents', ({ id }) => id) }),
});

defineMutation('reopenIncident', {
  description: 'Takes a resolved incident up again: your own report, or any with project:write.',
  input: (t) => ({
    id: t.globalID({ for: Incident, required: true, description: 'Which incident.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => reopenIncident(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ incident: changed(t, Incident, 'incidents', ({ id }) => id) }),
});

defineMutation('deleteIncident', {
  description: 'Deletes an incident, as one reported by mistake. Needs project:write.',
  permission: 'project:write',
  input: (t) => ({
    id: t.globalID({ for: Incident, required: true, description: 'Which incident.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteProjectPart(ctx.tx, ctx.viewer, 'Incident', input),
  payload: (t) => ({ deletedId: deletedId(t, 'Incident') }),
});
