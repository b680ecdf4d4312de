import { workText } from '../../graphql/declare/personal-data.ts';
import { defineResource } from '../events/resource.ts';
import { canEditIncident, readableIncidents } from './policy.ts';

const editable = { allow: canEditIncident, allowedTo: 'your own report, or any with project:write' };

export const Incident = defineResource('incidents', {
  name: 'Incident',
  description: 'Something that went wrong in a project; the client does not see it.',
  parent: 'project',
  read: readableIncidents,
  write: editable,
  fields: {
    project: { description: 'Where it happened.', listDescription: 'What went wrong.' },
    title: { description: 'What happened, in a line.', personal: workText('reporterId') },
    description: { description: 'What happened.', personal: workText('reporterId') },
    reporter: 'Who reported it.',
    severity: {
      description: 'How much harm it does.',
      values: {
        LOW: 'A nuisance.',
        MEDIUM: 'Work is hindered.',
        HIGH: 'A part of the work stands still.',
        CRITICAL: 'The project is in danger.',
      },
    },
    status: { description: 'Whether it lasts.', values: { OPEN: 'It lasts.', RESOLVED: 'It is over.' } },
    openedAt: { description: 'When it began.', default: { description: 'now', value: () => new Date() } },
    resolvedAt: 'When it was over.',
    resolution: { description: 'What ended it.', personal: workText('reporterId') },
  },
  list: 'The incidents of all projects.',
  create: {
    description: 'Reports an incident in a project.',
    write: 'task:write',
    writes: ['projectId', 'title', 'description', 'severity', 'openedAt'],
    before: ({ viewer }) => ({ reporterId: viewer.profileId }),
  },
  update: { writes: ['title', 'description', 'severity'] },
  delete: { description: 'Deletes an incident, as one reported by mistake.', write: 'project:write' },
});

Incident.action('resolve', {
  description: 'Ends an incident now',
  event: 'resolved',
  writes: ['resolution'],
  from: { status: ['OPEN'] },
  before: () => ({ status: 'RESOLVED', resolvedAt: new Date() }),
});

Incident.action('reopen', {
  description: 'Takes a resolved incident up again',
  event: 'reopened',
  writes: [],
  from: { status: ['RESOLVED'] },
  before: () => ({ status: 'OPEN', resolvedAt: null, resolution: null }),
});
