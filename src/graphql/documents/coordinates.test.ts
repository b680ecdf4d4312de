import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { coordinatesOf } from './coordinates.ts';

const schema = buildSchema(`
  enum State { OPEN DONE }
  input Filter { state: State, name: String }
  interface Node { id: ID! }
  type Task implements Node { id: ID!, name: String, state: State }
  type Query { tasks(where: Filter, first: Int): [Task!]!, node(id: ID!): Node }
`);

test('the coordinates of a document are the types, fields, arguments, input fields and values that it names', () => {
  const document = parse(`
    query ($id: ID!, $more: Boolean!) {
      tasks(where: { state: DONE }) { __typename ...Part @include(if: $more) }
      node(id: $id) { id ... on Task { state } }
    }
    fragment Part on Task { name }
  `);
  expect(coordinatesOf(schema, document)).toEqual([
    'Boolean',
    'Filter.state',
    'ID',
    'Node.id',
    'Query.node',
    'Query.node(id:)',
    'Query.tasks',
    'Query.tasks(where:)',
    'State.DONE',
    'Task',
    'Task.name',
    'Task.state',
  ]);
});
