import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { Money } from '../../graphql/declare/money.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { money } from '../../lib/money.ts';
import { keepConfidential } from '../events/confidential.ts';
import { Profile } from '../people/profile.ts';
import { readableParts } from './policy.ts';
import { Project } from './project.ts';
import { projectAssignmentFilter } from './project-filter.ts';
import { projectAssignments } from './tables.ts';

defineRowRule('projectAssignments', readableParts<'projectAssignments'>);
keepConfidential('ProjectAssignment', 'saleRate', 'cost:read');

export const ProjectAssignment = builder.drizzleNode('projectAssignments', {
  name: 'ProjectAssignment',
  description: 'A person’s share in a project: as what, how much of their time, between which days.',
  id: { column: projectAssignments.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { description: 'What the person works on.' }),
    profile: t.relation('profile', { nullable: true, description: 'Who; null when you may not see the person.' }),
    role: t.exposeString('role', { nullable: true, description: 'What the person is in the project.' }),
    allocationPercent: t.exposeInt('allocationPercent', { description: 'Share of the person’s time, 1 to 100.' }),
    fromDate: t.expose('fromDate', { type: 'LocalDate', nullable: true, description: 'First day; null is open.' }),
    toDate: t.expose('toDate', { type: 'LocalDate', nullable: true, description: 'Last day; null is open.' }),
    saleRate: t.field({
      type: Money,
      nullable: true,
      authScopes: { permission: 'cost:read' },
      description: 'Sale price of a day here; null where the person’s own rate holds. Needs cost:read.',
      select: { columns: { saleRate: true } },
      resolve: ({ saleRate }, _args, ctx) => money(saleRate, ctx.tenant.currency),
    }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this assignment in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ProjectAssignmentConnection = defineConnection(ProjectAssignment, 'ProjectAssignment');

const projectAssignmentOrder = defineOrder('ProjectAssignment', 'projectAssignments', {
  ALLOCATION_PERCENT: { column: 'allocationPercent', description: 'Share of the person’s time.' },
  FROM_DATE: {
    column: 'fromDate',
    description: 'First day; an open start counts as earliest.',
    absent: sql`'-infinity'::date`,
  },
  TO_DATE: { column: 'toDate', description: 'Last day; an open end counts as latest.', absent: sql`'infinity'::date` },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

const projectAssignmentPage = definePage(projectAssignmentFilter, projectAssignmentOrder);

const listed = { args: projectAssignmentPage.args, totalCount: true, query: projectAssignmentPage.query } as const;

builder.drizzleObjectFields(Project, (t) => ({
  assignments: t.relatedConnection(
    'assignments',
    { ...listed, description: 'Who works on it.' },
    ...ProjectAssignmentConnection,
  ),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  assignments: t.relatedConnection(
    'assignments',
    { ...listed, description: 'What the person works on.' },
    ...ProjectAssignmentConnection,
  ),
}));

builder.queryField('projectAssignments', (t) =>
  t.drizzleConnection(
    {
      type: ProjectAssignment,
      args: projectAssignmentPage.args,
      authScopes: { member: true },
      extensions: listOf(projectAssignmentPage),
      description: 'Who works on which project.',
      totalCount: (_root, args, ctx) => ctx.db.count('projectAssignments', projectAssignmentPage.where(args)),
      resolve: (query, _root, args, ctx) =>
        ctx.db.query.projectAssignments.findMany(query(projectAssignmentPage.query(args))),
    },
    ...ProjectAssignmentConnection,
  ),
);
