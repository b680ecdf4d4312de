import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { IncidentSeverity, IncidentStatus } from './incident-status.ts';
import { readableIncidents } from './policy.ts';
import { Project } from './project.ts';
import { incidentFilter } from './project-filter.ts';
import { incidentSeverities, incidentStatuses, incidents } from './tables.ts';

defineRowRule('incidents', readableIncidents);

export const Incident = builder.drizzleNode('incidents', {
  name: 'Incident',
  description: 'Something that went wrong in a project; the client does not see it.',
  id: { column: incidents.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { description: 'Where it happened.' }),
    title: t.exposeString('title', { description: 'What happened, in a line.' }),
    description: t.exposeString('description', { nullable: true, description: 'What happened.' }),
    reporter: t.relation('reporter', { nullable: true, description: 'Who reported it.' }),
    severity: t.expose('severity', { type: IncidentSeverity, description: 'How much harm it does.' }),
    status: t.expose('status', { type: IncidentStatus, description: 'Whether it lasts.' }),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: 'When it began.' }),
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: 'When it was over.' }),
    resolution: t.exposeString('resolution', { nullable: true, description: 'What ended it.' }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this incident in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const IncidentConnection = defineConnection(Incident, 'Incident');

const incidentOrder = defineOrder('Incident', 'incidents', {
  TITLE: { column: 'title', description: 'Title.' },
  SEVERITY: { column: 'severity', description: 'Severity, from LOW to CRITICAL.', values: incidentSeverities },
  STATUS: { column: 'status', description: 'Status, OPEN before RESOLVED.', values: incidentStatuses },
  OPENED_AT: { column: 'openedAt', description: 'When they began.' },
  RESOLVED_AT: {
    column: 'resolvedAt',
    description: 'When they were over; open ones count as latest.',
    absent: sql`'infinity'::timestamptz`,
  },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

const incidentPage = definePage(incidentFilter, incidentOrder);

builder.drizzleObjectFields(Project, (t) => ({
  incidents: t.relatedConnection(
    'incidents',
    { args: incidentPage.args, totalCount: true, description: 'What went wrong.', query: incidentPage.query },
    ...IncidentConnection,
  ),
}));

builder.queryField('incidents', (t) =>
  t.drizzleConnection(
    {
      type: Incident,
      args: incidentPage.args,
      authScopes: { member: true },
      extensions: listOf(incidentPage),
      description: 'The incidents of all projects.',
      totalCount: (_root, args, ctx) => ctx.db.count('incidents', incidentPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.incidents.findMany(query(incidentPage.query(args))),
    },
    ...IncidentConnection,
  ),
);
