import { buildSchema, type FieldNode, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import { siteOf, templateOf, valuesAt } from './arguments.ts';
import type { Supplied } from './supplied.ts';

const schema = buildSchema(`
  input Where { and: [Where!], name: Text, open: Flag }
  input Text { eq: String, in: [String!] }
  input Flag { isNull: Boolean }
  type Query { list(where: Where, first: Int, after: String, orderBy: [String!]): Int, until(before: String): Int }
`);

function read(query: string, variables: Record<string, unknown> = {}) {
  const operation = parse(query).definitions[0] as OperationDefinitionNode;
  const node = operation.selectionSet.selections[0] as FieldNode;
  const parent = schema.getQueryType()!;
  const field = parent.getFields()[node.name.value]!;
  const site = siteOf({ key: field.name, field, parent, nodes: [node] }, 0);
  const { variableValues } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return { site, values: valuesAt(site, variableValues!) };
}

const query = 'query ($where: Where, $orderBy: [String!]) { list(where: $where, orderBy: $orderBy) }';
const shapeOf = (where: object, orderBy?: string[]) => read(query, { where, orderBy }).values.shape;

describe('the shape of arguments', () => {
  it('is the same for other values and for longer lists', () => {
    expect(shapeOf({ name: { eq: 'a' } })).toBe(shapeOf({ name: { eq: 'b' } }));
    expect(shapeOf({ name: { in: ['a'] } })).toBe(shapeOf({ name: { in: ['a', 'b'] } }));
  });

  it('differs by names, null, booleans, the number of conditions, and the order', () => {
    const shapes = [
      shapeOf({}),
      shapeOf({ name: null }),
      shapeOf({ name: { eq: 'a' } }),
      shapeOf({ name: { eq: null } }),
      shapeOf({ name: { in: ['a'] } }),
      shapeOf({ name: { in: [] } }),
      shapeOf({ open: { isNull: true } }),
      shapeOf({ open: { isNull: false } }),
      shapeOf({ and: [{}] }),
      shapeOf({ and: [{}, {}] }),
      shapeOf({}, ['a']),
      shapeOf({}, ['b']),
    ];
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});

describe('the template of arguments', () => {
  it('has a placeholder for each value outside the shape, which reads that value from the request', () => {
    const { site, values } = read(query, { where: { name: { eq: 'a' }, open: { isNull: true } } });
    const placeholders: RequestPlaceholder<Supplied>[] = [];
    const template = templateOf(site, values.args, placeholders);
    expect(template.where).toEqual({ name: { eq: expect.any(RequestPlaceholder) }, open: { isNull: true } });
    const supplied = { sites: [values] } as never as Supplied;
    expect(placeholders.map((placeholder) => placeholder.read(supplied))).toEqual(['a']);
  });

  it('has a placeholder for an argument that only has the name of a page argument', () => {
    const { site, values } = read('query ($before: String) { until(before: $before) }', { before: 'a secret' });
    expect(templateOf(site, values.args, []).before).toBeInstanceOf(RequestPlaceholder);
    expect(values).toMatchObject({ shape: 'before=v;', leaves: ['a secret'] });
  });

  it('is constant if it contains no variable', () => {
    expect(read('{ list(first: 1) }').site.constant).toEqual({ first: 1 });
    expect(read(query).site.constant).toBeUndefined();
  });
});
