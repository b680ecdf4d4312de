import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { roles } from '../../src/identity/roles.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { viewerOf } from '../events/support.ts';
import { withAllModules } from '../support/all-modules.ts';
import { world } from '../support/world.ts';
import { readFacts, seedFilters } from './facts.ts';
import { filterInputs, filterOf, type Operands, tableOf } from './filter-inputs.ts';
import { operandsFor } from './operands.ts';
import { type Facts, type FilterValue, matchingIds, type TableName } from './oracle.ts';

const runs = Number(process.env.RUNS ?? 12);
const seed = Number(process.env.SEED ?? 1);

const here = await world({ env: { MAX_COMPLEXITY: '10000000' } });
const acme = await withAllModules(here, await here.company());
const owner = await acme.as('OWNER');
const servers = {
  compiled: buildGraphServer(here.app, { plans: new Plans(schema) }).yoga,
  executed: buildGraphServer(here.app, { plans: null }).yoga,
};

type Field = GraphQLField<unknown, unknown>;
const filterAt = (field: Field) => {
  const where = field.args.find(({ name }) => name === 'where');
  const named = where && getNamedType(where.type);
  return isInputObjectType(named) ? named : undefined;
};
const isRequired = ({ args }: Field): boolean => args.some(({ type }) => isNonNullType(type));
const rootFields = Object.values(schema.getQueryType()!.getFields());
const listsOf = (type: GraphQLObjectType): Field[] =>
  Object.values(type.getFields()).filter((field) => filterAt(field) && !isRequired(field));
const nodeOf = (field: Field): GraphQLObjectType | undefined => {
  const type = getNamedType(field.type);
  const nodes = isObjectType(type) ? type.getFields().nodes : undefined;
  return nodes && (getNamedType(nodes.type) as GraphQLObjectType);
};

/** What every list, at the root or under an object, is asked for: its rows and how many there are. */
const shownOf = (field: Field): string => {
  const connection = getNamedType(field.type) as GraphQLObjectType;
  return `{ ${'totalCount' in connection.getFields() ? 'totalCount ' : ''}nodes { id } }`;
};

interface Shown {
  totalCount?: number;
  nodes: { id: string }[];
}

async function ask<Data>(how: Way, query: string, variables: object): Promise<Data> {
  const response = await servers[how].fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...owner.headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors) throw new Error(`${JSON.stringify(errors)}\n${query}\n${JSON.stringify(variables)}`);
  return data;
}

const ids = ({ nodes }: Shown): string[] => nodes.map(({ id }) => id.split(':')[1]!).toSorted();

/** Checks one answer: what is shown, and how many are counted. */
function expectRows(shown: Shown, expected: readonly string[]): void {
  expect(ids(shown)).toEqual(expected.toSorted());
  if (shown.totalCount !== undefined) expect(shown.totalCount).toBe(expected.length);
}

const ways = ['compiled', 'executed'] as const;
type Way = (typeof ways)[number];
type Property = (where: FilterValue, how: Way) => Promise<void>;

let facts: Facts;
const found = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  const people = (await Promise.all(roles.map((role) => acme.as(role)))).map(({ profileId }) => profileId);
  await here.app.binding.write(acme.tenant, (tx) => seedFilters(tx, seed, people), { roleClass: 'job' });
  const viewer = await viewerOf(owner);
  facts = await here.app.binding.read(acme.tenant, (db) => readFacts(db, viewer, found));
  for (const input of filterInputs()) await askOwnConditions(input);
});

/** Conditions of their own kind are asked for once, as they are; what is tested is how they are put together. */
async function askOwnConditions(input: GraphQLInputObjectType): Promise<void> {
  const table = tableOf(input)!;
  for (const { name, type } of Object.values(input.getFields())) {
    if (isInputObjectType(getNamedType(type))) continue;
    const root = rootOf(table);
    if (!root) throw new Error(`${input.name}.${name} needs a root field to be asked by`);
    const query = `query ($where: ${input.name}) { rows: ${root.name}(first: 100, where: $where) ${shownOf(root)} }`;
    for (const value of operandsOf(table, name)) {
      const { rows } = await ask<{ rows: Shown }>('executed', query, { where: { [name]: value } });
      found.set(`${table}.${name}=${value}`, new Set(ids(rows)));
    }
  }
}

const rootOf = (table: TableName): Field | undefined =>
  rootFields.find((field) => {
    const input = filterAt(field);
    return input && tableOf(input) === table && nodeOf(field);
  });

const operandsOf: Operands = (table, field) => operandsFor(facts, table, field);

const check = (input: GraphQLInputObjectType, numRuns: number, depth: number, holds: Property) =>
  fc.assert(fc.asyncProperty(filterOf(input, operandsOf, depth), fc.constantFrom(...ways), holds), { numRuns, seed });

const roots = rootFields.filter(filterAt);

it.each(roots.filter(nodeOf))('$name: a filter and its negation cover all rows', async (field) => {
  const input = filterAt(field)!;
  const table = tableOf(input)!;
  const part = (alias: string) => `${alias}: ${field.name}(first: 100, where: $${alias}) ${shownOf(field)}`;
  const query = `query ($matching: ${input.name}, $others: ${input.name}) { ${part('matching')} ${part('others')} }`;
  const all = facts.rows.get(table)!.map(({ id }) => id);
  expect(all.length).toBeLessThanOrEqual(100);
  await check(input, runs, 2, async (where, how) => {
    const answer = await ask<Record<'matching' | 'others', Shown>>(how, query, {
      matching: where,
      others: { not: where },
    });
    const matching = matchingIds(facts, table, where);
    expectRows(answer.matching, matching);
    expectRows(
      answer.others,
      all.filter((id) => !matching.includes(id)),
    );
  });
});

it.each(roots.filter((field) => !nodeOf(field)))('$name: counts and sums add up', async (field) => {
  const input = filterAt(field)!;
  // Other aggregates than that of time have no number of their own to sum up
  const { sum } = (getNamedType(field.type) as GraphQLObjectType).getFields();
  const hasSum = sum?.args.every(({ type }) => !isNonNullType(type)) ?? false;
  const part = (alias: string) => `${alias}: ${field.name}(where: $${alias}) { count ${hasSum ? 'sum' : ''} }`;
  const query = `query ($all: ${input.name}, $matching: ${input.name}, $others: ${input.name}) {
    ${part('all')} ${part('matching')} ${part('others')}
  }`;
  await check(input, runs, 2, async (where, how) => {
    const variables = { all: {}, matching: where, others: { not: where } };
    const answer = await ask<Record<keyof typeof variables, [{ count: number; sum: string }]>>(how, query, variables);
    const [[all], [matching], [others]] = [answer.all, answer.matching, answer.others];
    expect(matching.count).toBe(matchingIds(facts, tableOf(input)!, where).length);
    expect(matching.count + others.count).toBe(all.count);
    if (hasSum) expect(Number(matching.sum) + Number(others.sum)).toBeCloseTo(Number(all.sum), 6);
  });
});

const nested = rootFields.flatMap((root) => {
  const node = isRequired(root) ? undefined : nodeOf(root);
  return node ? listsOf(node).map((field) => ({ name: `${root.name}.${field.name}`, root, field })) : [];
});

it.each(nested)('$name: in each row’s own lists too', async ({ root, field }) => {
  const input = filterAt(field)!;
  const part = (alias: string, where: string) =>
    `${alias}: ${field.name}(first: 100, where: ${where}) ${shownOf(field)}`;
  const query = `query ($where: ${input.name}, $not: ${input.name}) {
    ${root.name}(first: 100) { nodes { ${part('all', '{}')} ${part('matching', '$where')} ${part('others', '$not')} } }
  }`;
  await check(input, Math.ceil(runs / 4), 1, async (where, how) => {
    const answer = await ask<Record<string, { nodes: Record<string, Shown>[] }>>(how, query, {
      where,
      not: { not: where },
    });
    const matching = new Set(matchingIds(facts, tableOf(input)!, where));
    for (const parent of answer[root.name]!.nodes) {
      const all = ids(parent.all!);
      expectRows(
        parent.matching!,
        all.filter((id) => matching.has(id)),
      );
      expectRows(
        parent.others!,
        all.filter((id) => !matching.has(id)),
      );
    }
  });
});

it('reaches every filter input of the schema by a list', () => {
  const reached = new Set([...roots, ...nested.map(({ field }) => field)].map((field) => filterAt(field)!.name));
  expect([...reached].toSorted()).toEqual(
    filterInputs()
      .map(({ name }) => name)
      .toSorted(),
  );
});
