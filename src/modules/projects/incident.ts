import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { canEditIncident, readableIncidents } from './policy.ts';

const editable = { allow: canEditIncident, allowedTo: 'your own report, or any with project:write' };

export const Incident = defineResource('incidents', {
  name: 'Incident',
  description: 'A problem in a project. Clients do not see it.',
  parent: 'project',
  read: readableIncidents,
  write: editable,
  fields: {
    project: { description: 'The project.', listDescription: 'Its incidents.' },
    title: { description: 'Summary in one line.', personal: workText('reporterId') },
    description: { description: 'Details.', personal: workText('reporterId') },
    reporter: 'The person who reported it.',
    severity: {
      description: 'Its severity.',
      values: {
        LOW: 'A nuisance.',
        MEDIUM: 'Work is hindered.',
        HIGH: 'Part of the work is blocked.',
        CRITICAL: 'The project is in danger.',
      },
    },
    status: { description: 'Its status.', values: { OPEN: 'Not resolved yet.', RESOLVED: 'Resolved.' } },
    openedAt: { description: 'When it started.', default: { description: 'now', value: () => new Date() } },
    resolvedAt: 'When it was resolved; null while it is open.',
    resolution: { description: 'How it was resolved.', personal: workText('reporterId') },
  },
  list: 'The incidents of all projects.',
  create: {
    description: 'Reports an incident in a project.',
    write: 'task:write',
    writes: ['projectId', 'title', 'description', 'severity', 'openedAt'],
    before: ({ viewer }) => ({ reporterId: viewer.profileId }),
  },
  update: { writes: ['title', 'description', 'severity'] },
  upsert: 500,
  delete: { description: 'Deletes an incident, for example one reported by mistake.', write: 'project:write' },
});

Incident.action('resolve', {
  description: 'Resolves an incident now',
  event: 'resolved',
  writes: ['resolution'],
  from: { status: ['OPEN'] },
  before: () => ({ status: 'RESOLVED', resolvedAt: new Date() }),
});

Incident.action('reopen', {
  description: 'Reopens a resolved incident',
  event: 'reopened',
  writes: [],
  from: { status: ['RESOLVED'] },
  before: () => ({ status: 'OPEN', resolvedAt: null, resolution: null }),
});
