import { sql } from 'drizzle-orm';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineOrder } from '../../graphql/declare/ordering.ts';
import { defineConnection, definePage, listOf } from '../../graphql/declare/pages.ts';
import { readableParts } from './policy.ts';
import { Project } from './project.ts';
import { projectPhaseFilter } from './project-filter.ts';
import { projectPhases } from './tables.ts';

defineRowRule('projectPhases', readableParts<'projectPhases'>);

export const ProjectPhase = builder.drizzleNode('projectPhases', {
  name: 'ProjectPhase',
  description: 'A part of a project in time.',
  id: { column: projectPhases.id },
  select: { columns: {} },
  fields: (t) => ({
    project: t.relation('project', { description: 'What it is a phase of.' }),
    name: t.exposeString('name', { description: 'Name.' }),
    position: t.exposeInt('position', {
      description: 'Where it stands among the phases of its project; smallest first.',
    }),
    startDate: t.expose('startDate', { type: 'LocalDate', nullable: true, description: 'First day.' }),
    endDate: t.expose('endDate', { type: 'LocalDate', nullable: true, description: 'Last day.' }),
    externalReference: t.exposeString('externalReference', {
      nullable: true,
      description: 'The key of this phase in the system it was imported from.',
    }),
    version: t.exposeInt('version', { description: 'Counts the changes; pass it as `expectedVersion`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const ProjectPhaseConnection = defineConnection(ProjectPhase, 'ProjectPhase');

const projectPhaseOrder = defineOrder(
  'ProjectPhase',
  'projectPhases',
  {
    POSITION: { column: 'position', description: 'Position in its project.' },
    NAME: { column: 'name', description: 'Name.' },
    START_DATE: {
      column: 'startDate',
      description: 'First day; none counts as latest.',
      absent: sql`'infinity'::date`,
    },
    CREATED_AT: { column: 'createdAt', description: 'When they were added.' },
    UPDATED_AT: { column: 'updatedAt', description: 'When they last changed.' },
  },
  [{ field: 'POSITION', direction: 'asc' }],
);

const projectPhasePage = definePage(projectPhaseFilter, projectPhaseOrder);

builder.drizzleObjectFields(Project, (t) => ({
  phases: t.relatedConnection(
    'phases',
    {
      args: projectPhasePage.args,
      totalCount: true,
      description: 'Its phases, by position unless ordered otherwise.',
      query: projectPhasePage.query,
    },
    ...ProjectPhaseConnection,
  ),
}));

builder.queryField('projectPhases', (t) =>
  t.drizzleConnection(
    {
      type: ProjectPhase,
      args: projectPhasePage.args,
      authScopes: { member: true },
      extensions: listOf(projectPhasePage),
      description: 'The phases of all projects.',
      totalCount: (_root, args, ctx) => ctx.db.count('projectPhases', projectPhasePage.where(args)),
      resolve: (query, _root, args, ctx) => ctx.db.query.projectPhases.findMany(query(projectPhasePage.query(args))),
    },
    ...ProjectPhaseConnection,
  ),
);
