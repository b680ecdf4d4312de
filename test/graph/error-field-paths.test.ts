import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { boundOf, isConditionType } from '../../src/graphql/declare/input-bounds.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { sampleInput } from '../../src/prove/sample-input.ts';
import { schema } from '../../src/schema.ts';
import { world } from '../support/world.ts';

const here = await world({ env: { ENABLE_MULTI_DATABASE: 'true' } });
const owner = await (await here.company()).as('OWNER');
const mutations = Object.values(schema.getMutationType()!.getFields());
const source = { idOf: (typename: string) => `${typename}:${uuidv7()}`, email: 'example.test' };

interface Place {
  path: (string | number)[];
  field: GraphQLInputField;
}

/**
 * Every place of an input that takes a value, also in nested objects and in the first item of lists. The fields of
 * filters lead on without end: test/filters tries them.
 */
function placesOf(type: GraphQLInputObjectType, path: Place['path'] = ['input']): Place[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const isList = isListType(getNullableType(field.type));
    const at = [...path, field.name, ...(isList ? [0] : [])];
    const named = getNamedType(field.type);
    if (!isInputObjectType(named)) return [{ path: at, field }];
    if (isConditionType(named)) return [];
    return at.length < 6 ? placesOf(named, at) : [];
  });
}

/** Values that no place of a type takes, or that many refuse. */
const badValues: Record<string, unknown[]> = {
  String: ['\u200b', '', ' ', 'not\u0000allowed', 'sample that is neither address, slug, zone nor code'],
  ID: ['Nope', `Nope:${uuidv7()}`, 'Task:x', ''],
  Int: [-1, 2 ** 31 - 1, 'x'],
  Float: [-1, 1e300, 'x'],
  Boolean: ['x'],
  Decimal: ['x', '-1', '9'.repeat(30), '0.123456789'],
  LocalDate: ['2026-02-30', '1800-01-01', 'x'],
  DateTime: ['2026-02-30T00:00:00Z', '0050-01-01T00:00:00Z', 'x'],
  EmailAddress: ['x', 'a@b'],
  HexColorCode: ['x'],
  URL: ['javascript:alert(1)', 'x'],
  UUID: ['x'],
  JSONObject: ['x'],
};

/** Values that only the use case of one field refuses. */
const badByName: Record<string, unknown[]> = {
  databaseUrl: ['mysql://u:p@127.0.0.1/x', 'postgresql://127.0.0.1/x', 'postgresql://u:p@127.0.0.1:1/x'],
  pattern: ['{seq}{seq}', '{DAY}{seq}'],
};

function badValuesOf({ field }: Place): unknown[] {
  const named = getNamedType(field.type);
  const { characters } = boundOf(field) ?? {};
  const tooLong = characters && named.name !== 'JSONObject' ? ['x'.repeat(characters + 1)] : [];
  return isEnumType(named)
    ? ['NOPE']
    : [...tooLong, ...(badValues[named.name] ?? []), ...(badByName[field.name] ?? [])];
}

/** The input with a value at a place, and what is needed on the way there. */
function withValue(type: GraphQLInputObjectType, path: Place['path'], value: unknown): object {
  const input = sampleInput(type, source);
  let at: Record<string | number, unknown> = { input };
  let inner: GraphQLInputType = type;
  path.slice(0, -1).forEach((step, index) => {
    if (typeof step === 'string' && index > 0) {
      inner = getNamedType((inner as GraphQLInputObjectType).getFields()[step]!.type) as GraphQLInputType;
    }
    const next = path[index + 1];
    at[step] ??= typeof next === 'number' ? [] : isInputObjectType(inner) ? sampleInput(inner, source) : {};
    if (typeof step === 'number' && isInputObjectType(inner)) at[step] ??= sampleInput(inner, source);
    at = at[step] as typeof at;
  });
  at[path.at(-1)!] = value;
  return input;
}

/** Whether a path of a field leads somewhere in the input. */
function exists(type: GraphQLInputObjectType, [root, ...steps]: string[]): boolean {
  let at: GraphQLInputType = type;
  for (const step of steps) {
    if (/^\d+$/.test(step)) continue;
    const field: GraphQLInputField | undefined = isInputObjectType(at) ? at.getFields()[step] : undefined;
    if (!field) return false;
    at = getNamedType(field.type);
  }
  return root === 'input';
}

const call = async (name: string, type: GraphQLInputObjectType, input: object) => {
  const query = `mutation ($input: ${type.name}!) { ${name}(input: $input) { __typename } }`;
  const isOfStrangers = schema.getMutationType()!.getFields()[name]!.extensions.catalog === 'anybody';
  const { errors } = await (isOfStrangers ? here.graphql(query, { input }) : owner.graphql(query, { input }));
  return errors[0]?.extensions as { code: string; field?: string; issues?: { path: string[] }[] } | undefined;
};

describe('a bad value of a mutation is reported with the path of its field', () => {
  it.each(mutations.map(({ name, args }) => [name, getNamedType(args[0]!.type) as GraphQLInputObjectType] as const))(
    '%s',
    async (name, type) => {
      const wrong: unknown[] = [];
      for (const place of placesOf(type)) {
        const { field } = place;
        const path = place.path.join('.');
        let refused = 0;
        for (const value of badValuesOf(place)) {
          const error = await call(name, type, withValue(type, place.path, value));
          const said = `${path} = ${JSON.stringify(value)?.slice(0, 40)}: ${JSON.stringify(error)?.slice(0, 200)}`;
          if (error?.code === 'BAD_INPUT' && error.field === path) refused++;
          else if (error?.code === 'BAD_INPUT' && error.field === undefined) wrong.push(said);
          else if (error?.field && !exists(type, error.field.split('.'))) wrong.push(said);
          else if (badByName[field.name]?.includes(value)) wrong.push(said);
          if (error?.issues?.some(({ path: steps }) => !exists(type, steps.map(String)))) wrong.push(said);
        }
        if (refused === 0) wrong.push(`${path}: nothing was refused by its own name`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

it.each([
  ['mutation ($x: CreateTaskInput!) { createTask(input: $x) { __typename } }', { name: 'x', startDate: '2026-02-30' }],
  ['mutation ($x: LocalDate) { createTask(input: { name: "x", startDate: $x }) { __typename } }', '2026-02-30'],
])('the error names the argument, whatever the variable’s name: %s', async (query, x) => {
  const { errors } = await owner.graphql(query, { x });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.startDate' });
});

const ofInput = (type: string, name: string) => `mutation ($x: ${type}!) { ${name}(input: $x) { __typename } }`;

it.each([
  [ofInput('CreateTaskInput', 'createTask'), {}, 'input.name'],
  [ofInput('CreateTasksInput', 'createTasks'), { tasks: [{ name: 'x' }, {}] }, 'input.tasks.1.name'],
  [ofInput('CreateTaskInput', 'createTask'), { name: 'x', nam: 'y' }, 'input.nam'],
  [ofInput('CreateOrganizationInput', 'createOrganization'), { organization: {} }, 'input.organization.name'],
  ['query ($x: TaskFilter) { tasks(where: $x) { totalCount } }', { nam: {} }, 'where.nam'],
])('a field that is missing or unknown is named: %s %j', async (query, x, field) => {
  const { errors } = await owner.graphql(query, { x });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field });
});

it('no value of the input is repeated in the message', async () => {
  const x = { email: 'a@example.test', password: 'never shown', pasword: 'nor this' };
  const { errors } = await here.graphql(ofInput('SignInInput', 'signIn'), { x });
  expect(errors.map(({ message }) => message)).toEqual([
    'Variable "$x" has invalid value: Expected value of type "SignInInput" not to include unknown field "pasword". ' +
      'Did you mean "password"?',
  ]);
});

const otherId = `Task:${uuidv7()}`;

it.each([
  [
    'query ($x: TaskFilter) { tasks(where: $x) { totalCount } }',
    { assigneeId: { eq: otherId } },
    'where.assigneeId.eq',
  ],
  [
    'query ($x: TaskFilter) { tasks(where: $x) { totalCount } }',
    { or: [{ not: { project: { clientId: { in: [`Client:${uuidv7()}`, 'Client:ref:x'] } } } }] },
    'where.or.0.not.project.clientId.in.1',
  ],
  [`query { tasks(where: { assigneeId: { ne: "${otherId}" } }) { totalCount } }`, undefined, 'where.assigneeId.ne'],
])('an id of another type in a filter is refused by its path: %s %j', async (query, x, field) => {
  const { errors } = await owner.graphql(query, { x });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field });
});
