import { getNamedType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';

/**
 * Connections without an aggregate: the log, which is read by cursor, members, which are in the catalog, and hits, which
 * are of all types.
 */
const notResources = new Set(['EventConnection', 'MemberConnection', 'SearchHitConnection']);

/** Root lists without an aggregate, each with the reason. */
const withoutAggregate: Readonly<Record<string, string>> = {
  apiKeys: 'is in the catalog',
  codeFormats: 'has one row for each kind of code',
  events: 'is the log, read by cursor',
  invitations: 'is in the catalog',
  members: 'is in the catalog',
  organizations: 'is in the catalog',
  search: 'finds rows of all types',
  searchMessages: 'is ordered by relevance',
  searchTasks: 'is ordered by relevance',
  trash: 'holds rows of all types',
};

it('the connections of every resource have an aggregate', () => {
  const missing = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || !type.name.endsWith('Connection')) return [];
    return type.getFields().aggregate || notResources.has(type.name) ? [] : [type.name];
  });
  expect(missing).toEqual([]);
});

it('every list declares the rows that its aggregate covers', () => {
  const undeclared = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap(({ name, type: listed, extensions }) => {
      const connection = getNamedType(listed);
      if (!isObjectType(connection) || !connection.getFields().aggregate) return [];
      const related = extensions.pothosDrizzleSelect && type.extensions.pothosDrizzleModel;
      return extensions.chantierRows || related ? [] : [`${type.name}.${name}`];
    });
  });
  expect(undeclared).toEqual([]);
});

it('every root list has an aggregate beside it', () => {
  const fields = schema.getQueryType()!.getFields();
  const lists = Object.values(fields).filter(({ type }) => {
    const named = getNamedType(type);
    return isObjectType(named) && named.name.endsWith('Connection');
  });
  const missing = lists.filter(({ name }) => !fields[`${name}Aggregate`] && !withoutAggregate[name]);
  expect(missing.map(({ name }) => name)).toEqual([]);
});
