import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { DeliverableStatus } from './deliverable-status.ts';
import { readableParts } from './policy.ts';
import { Project } from './project.ts';
import { deliverableFilter } from './project-filter.ts';
import { deliverableStatuses, deliverables } from './tables.ts';

defineRowRule('deliverables', readableParts<'deliverables'>);

export const Deliverable = builder.drizzleNode('deliverables', {
  name: 'Deliverable',
  description: 'Something that a project hands to its client.',
  id: { column: deliverables.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { description: 'Which project hands it over.' }),
    name: t.exposeString('name', { description: 'Name.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is.' }),
    dueDate: t.expose('dueDate', { type: 'LocalDate', nullable: true, description: 'When it is due.' }),
    status: t.expose('status', { type: DeliverableStatus, description: 'How far it is.' }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last submitted.',
    }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was accepted or rejected.',
    }),
    decisionNote: t.exposeString('decisionNote', {
      nullable: true,
      description: 'Why it was accepted or rejected.',
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this deliverable in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const DeliverableConnection = defineConnection(Deliverable, 'Deliverable');

const deliverableOrder = defineOrder('Deliverable', 'deliverables', {
  NAME: { column: 'name', description: 'Name.' },
  STATUS: { column: 'status', description: 'Status, from DRAFT to REJECTED.', values: deliverableStatuses },
  DUE_DATE: { column: 'dueDate', description: 'Due day; none counts as latest.', absent: sql`'infinity'::date` },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

const deliverablePage = definePage(deliverableFilter, deliverableOrder);

builder.drizzleObjectFields(Project, (t) => ({
  deliverables: t.relatedConnection(
    'deliverables',
    {
      args: deliverablePage.args,
      totalCount: true,
      description: 'What it hands to its client.',
      query: deliverablePage.query,
    },
    ...DeliverableConnection,
  ),
}));

builder.queryField('deliverables', (t) =>
  t.drizzleConnection(
    {
      type: Deliverable,
      args: deliverablePage.args,
      authScopes: { member: true },
      extensions: listOf(deliverablePage),
      description: 'The deliverables of all projects.',
      totalCount: (_root, args, ctx) => ctx.db.count('deliverables', deliverablePage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.deliverables.findMany(query(deliverablePage.query(args))),
    },
    ...DeliverableConnection,
  ),
);
