import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { boundOf } from '../../src/graphql/declare/input-bounds.ts';
import { schema } from '../../src/schema.ts';
import { root } from '../support/sources.ts';
import { world } from '../support/world.ts';

interface Input {
  name: string;
  field: GraphQLInputField | GraphQLArgument;
}

/** Every argument and every input field of a graph. */
function inputsOf(graph: GraphQLSchema): Input[] {
  const fieldsOf = (type: GraphQLNamedType): Input[] => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field }));
    }
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((of) =>
      of.args.map((field) => ({ name: `${type.name}.${of.name}(${field.name})`, field })),
    );
  };
  return Object.values(graph.getTypeMap()).flatMap(fieldsOf);
}

const isList = ({ field }: Input) => isListType(getNullableType(field.type));
const isText = ({ field }: Input) => getNamedType(field.type).name === 'String';
const namesOf = (inputs: Input[]) => inputs.map(({ name }) => name);

describe('every input of the graph', () => {
  it('has a bound: a length for each text and scalar, a number of items for each list', () => {
    const unbounded = inputsOf(schema).filter((input) => {
      const { characters, items } = boundOf(input.field) ?? {};
      return (isScalarType(getNamedType(input.field.type)) && !characters) || (isList(input) && !items);
    });
    expect(namesOf(unbounded)).toEqual([]);
  });

  it('documents its bound in the printed schema, for each text and list', () => {
    const printed = buildSchema(readFileSync(path.join(root, 'schema.graphql'), 'utf8'));
    const silent = inputsOf(printed).filter((input) => {
      const { description } = input.field;
      const says = (pattern: RegExp) => pattern.test(description ?? '');
      return (isText(input) && !says(/[\d,]+ characters/)) || (isList(input) && !says(/at most [\d,]+ items/i));
    });
    expect(namesOf(silent)).toEqual([]);
  });
});

describe('a value beyond its bound is BAD_INPUT, naming its field, before anything is read', async () => {
  const here = await world();
  const company = await here.company();
  const member = await company.as('MEMBER');
  const people = 'query ($where: ProfileFilter) { profiles(where: $where) { totalCount } }';
  const nested = (levels: number): object => (levels ? { not: nested(levels - 1) } : { firstName: { eq: 'x' } });
  const task = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';

  it.each([
    [
      'a text to look for',
      people,
      { where: { firstName: { contains: 'x'.repeat(100_000) } } },
      'where.firstName.contains',
    ],
    ['a list of values', people, { where: { firstName: { in: Array(1_001).fill('x') } } }, 'where.firstName.in'],
    ['one value of a list', people, { where: { firstName: { in: ['', 'x'.repeat(1_001)] } } }, 'where.firstName.in.1'],
    ['an id', people, { where: { id: { eq: `Profile:ref:${'x'.repeat(300)}` } } }, 'where.id.eq'],
    ['a day', people, { where: { createdAt: { eq: '1'.repeat(900_000) } } }, 'where.createdAt.eq'],
    ['alternatives', people, { where: { or: Array(101).fill({}) } }, 'where.or'],
    ['levels of a filter', people, { where: nested(20) }, `where${'.not'.repeat(10)}`],
    ['levels across relations', people, { where: { manager: nested(9) } }, `where.manager${'.not'.repeat(9)}`],
    ['a long text', task, { input: { name: 'x', description: 'é'.repeat(20_001) } }, 'input.description'],
    ['a name', task, { input: { name: '🦊'.repeat(201) } }, 'input.name'],
    ['tags', task, { input: { name: 'x', tags: Array(51).fill('x') } }, 'input.tags'],
    [
      'a literal',
      `{ profiles(where: { firstName: { contains: "${'x'.repeat(201)}" } }) { totalCount } }`,
      {},
      'where.firstName.contains',
    ],
    ['a literal list', `{ nodes(ids: [${'"Task:x",'.repeat(101)}]) { id } }`, {}, 'ids'],
    [
      'a variable in a literal',
      'query ($x: String) { profiles(where: { not: { firstName: { eq: $x } } }) { totalCount } }',
      { x: 'x'.repeat(1_001) },
      'where.not.firstName.eq',
    ],
    ['a cursor', 'query ($x: String) { profiles(after: $x) { totalCount } }', { x: 'x'.repeat(10_001) }, 'after'],
  ])('%s', async (_name, query, variables, field) => {
    const { errors, statements } = await member.graphql(query, variables);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field });
    expect(statements).toEqual([]);
  });

  it('conditions of all filters of an operation together', async () => {
    const query = `query ($a: ProfileFilter, $b: ProfileFilter) {
      a: profiles(where: $a) { totalCount } b: profiles(where: $b) { totalCount }
    }`;
    const half = { and: Array.from({ length: 3 }, () => ({ or: Array(50).fill({ firstName: { eq: 'x' } }) })) };
    expect((await member.graphql(query, { a: half })).errors).toEqual([]);
    const { errors } = await member.graphql(query, { a: half, b: half });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: expect.stringMatching(/^where\.and\.\d/) });
  });

  it('but lengths count characters, not UTF-16 units', async () => {
    const manager = await company.as('MANAGER');
    const query = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { name } } }';
    const name = '🦊'.repeat(200);
    expect((await manager.ok(query, { input: { name } })).createClient.client.name).toBe(name);
  });
});
