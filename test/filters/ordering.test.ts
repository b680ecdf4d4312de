import { getColumns, type Table } from 'drizzle-orm';
import { type GraphQLEnumType, type GraphQLInputObjectType, type GraphQLObjectType, getNamedType } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import type { Ordering } from '../../src/graphql/declare/page-order.ts';
import { roles } from '../../src/identity/roles.ts';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { viewerOf } from '../events/support.ts';
import { withAllModules } from '../support/all-modules.ts';
import { world } from '../support/world.ts';
import { readFacts, seedFilters } from './facts.ts';
import type { Facts } from './oracle.ts';

const here = await world({ env: { MAX_COMPLEXITY: '10000000' } });
const acme = await withAllModules(here, await here.company());
const owner = await acme.as('OWNER');
let facts: Facts;

beforeAll(async () => {
  const people = (await Promise.all(roles.map((role) => acme.as(role)))).map(({ profileId }) => profileId);
  await here.app.binding.write(acme.tenant, (tx) => seedFilters(tx, 2, people), { roleClass: 'job' });
  const viewer = await viewerOf(owner);
  facts = await here.app.binding.read(acme.tenant, (db) => readFacts(db, viewer, new Map()));
});

const servers = {
  compiled: buildGraphServer(here.app, { plans: new Plans(schema) }).yoga,
  executed: buildGraphServer(here.app, { plans: null }).yoga,
};

/**
 * Every order field of every list that is a text for people; a rank is for machines, and an enum has an order of its
 * own.
 */
const cases = Object.values(schema.getQueryType()!.getFields()).flatMap((field) => {
  const argument = field.args.find(({ name }) => name === 'orderBy');
  const ordering = argument?.extensions.chantierOrdering as Ordering | undefined;
  if (!argument || !ordering || !('nodes' in (getNamedType(field.type) as GraphQLObjectType).getFields())) return [];
  const input = getNamedType(argument.type) as GraphQLInputObjectType;
  const values = (getNamedType(input.getFields().field!.type) as GraphQLEnumType).getValues();
  return values.flatMap(({ name }) => {
    const kind = ordering.kindOf(`sort_${name}`);
    const key = kind === 'position' || kind === undefined ? undefined : kind.column;
    const column = key === undefined ? undefined : getColumns(relations[ordering.table].table as Table)[key];
    const isLabel = column?.getSQLType().startsWith('text') && !column.enumValues?.length && key !== 'rank';
    return isLabel ? [{ list: field.name, name, table: ordering.table, key: key! }] : [];
  });
});

it('finds text fields to order by', () => expect(cases.length).toBeGreaterThan(8));

it.each(cases)('$list by $name sorts in natural order, compiled and executed', async ({ list, name, table, key }) => {
  const query = `{ ${list}(first: 100, orderBy: [{ field: ${name} }]) { nodes { id } } }`;
  const rows = new Map(facts.rows.get(table)!.map((row) => [row.id, row]));
  for (const server of Object.values(servers)) {
    const response = await server.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...owner.headers },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data: Record<string, { nodes: { id: string }[] }>;
      errors?: unknown;
    };
    expect(errors).toBeUndefined();
    const texts = data[list]!.nodes.map(({ id }) => rows.get(id.split(':')[1]!)![key]).filter((text) => text !== null);
    const places = texts.map((text) => facts.readersPlaceOf(String(text)));
    expect(texts.length).toBeGreaterThan(1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
});
