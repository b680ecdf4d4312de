import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { Client } from '../clients/client.ts';
import { Profile } from '../people/profile.ts';
import { readableProjects } from './policy.ts';
import { projectFilter } from './project-filter.ts';
import { ProjectStatus } from './project-status.ts';
import { projectStatuses, projects } from './tables.ts';

defineRowRule('projects', readableProjects);

export const Project = builder.drizzleNode('projects', {
  name: 'Project',
  description: 'Work done for a client, led by a manager, from a first day on.',
  id: { column: projects.id },
  select: { columns: {} },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the company.' }),
    code: t.exposeString('code', { description: 'Short name, numbered by the code format of the company; unique.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is about.' }),
    client: t.relation('client', { nullable: true, description: 'Whom it is done for; null when you may not see it.' }),
    manager: t.relation('manager', { nullable: true, description: 'Who leads it.' }),
    startDate: t.expose('startDate', { type: 'LocalDate', description: 'First day.' }),
    expectedEndDate: t.expose('expectedEndDate', {
      type: 'LocalDate',
      nullable: true,
      description: 'Last day, as expected now.',
    }),
    status: t.expose('status', { type: ProjectStatus, description: 'How it stands.' }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this project in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ProjectConnection = defineConnection(Project, 'Project');

const projectOrder = defineOrder('Project', 'projects', {
  NAME: { column: 'name', description: 'Name.' },
  CODE: { column: 'code', description: 'Code.' },
  STATUS: { column: 'status', description: 'Status, from ACTIVE to SUSPENDED.', values: projectStatuses },
  START_DATE: { column: 'startDate', description: 'First day.' },
  EXPECTED_END_DATE: {
    column: 'expectedEndDate',
    description: 'Expected last day; none counts as latest.',
    absent: sql`'infinity'::date`,
  },
  CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
  UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
});

const projectPage = definePage(projectFilter, projectOrder);

const listed = { args: projectPage.args, totalCount: true, query: projectPage.query } as const;

builder.drizzleObjectFields(Client, (t) => ({
  projects: t.relatedConnection(
    'projects',
    { ...listed, description: 'The projects done for this client.' },
    ...ProjectConnection,
  ),
}));

builder.drizzleObjectFields(Profile, (t) => ({
  managedProjects: t.relatedConnection(
    'managedProjects',
    { ...listed, description: 'The projects that this person leads.' },
    ...ProjectConnection,
  ),
}));

builder.queryField('projects', (t) =>
  t.drizzleConnection(
    {
      type: Project,
      args: projectPage.args,
      authScopes: { member: true },
      extensions: listOf(projectPage),
      description: 'The projects of the company.',
      totalCount: (_root, args, ctx) => ctx.db.count('projects', projectPage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.projects.findMany(query(projectPage.query(args))),
    },
    ...ProjectConnection,
  ),
);
