import { type Operation, pick } from './operation.ts';

/** Q1: one project by id, 6 fields. */
export const point: Operation = {
  name: 'point',
  title: 'one project by id, 6 fields',
  access: 'read',
  variables: ({ projects }, random) => ({ project: pick(projects, random) }),
  server: {
    ids: { project: 'Project' },
    document: `query Point($project: ID!) {
  node(id: $project) {
    ... on Project { id code name status startDate expectedEndDate }
  }
}`,
  },
  limit: {
    text: `select json_build_object('data', json_build_object('node', (
  select json_build_object('id', 'Project:' || id, 'code', code, 'name', name, 'status', status,
    'startDate', start_date, 'expectedEndDate', expected_end_date)
  from projects where id = $1)))::text`,
    parameters: ({ project }) => [project],
  },
  peer: {
    document: `query Point($project: UUID!) {
  node: projectByRowId(rowId: $project) { id: rowId code name status startDate expectedEndDate }
}`,
  },
};
