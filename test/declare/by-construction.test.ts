import { getTableColumns, getTableName, type Table } from 'drizzle-orm';
import {
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { rowRuleOf, type TableName, tablesWithRowRules } from '../../src/access/row-rules.ts';
import { tablesMadeBy } from '../../src/db/migration-files.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { queriesOf } from '../../src/prove/documents.ts';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import { readSources } from '../support/sources.ts';

// What every type whose objects are rows must have. A new type that lacks a part fails here.

interface RowType {
  type: GraphQLObjectType;
  name: string;
  table: TableName;
}

const rowTypes = Object.values(schema.getTypeMap()).flatMap((type): RowType[] => {
  const table = type.extensions.pothosDrizzleModel;
  if (!isObjectType(type) || typeof table !== 'string') return [];
  return [{ type, name: type.name, table: table as TableName }];
});
const names = rowTypes.map(({ name }) => name);
const without = (lacks: (each: RowType) => boolean): string[] => rowTypes.filter(lacks).map(({ name }) => name);

/** Types that other types show whole: no list of theirs is paged. */
const shownWhole = new Set(['MessageAttachment']);
/** Types that the log has no events of, with the type whose events say what happens to them. */
const recordedUnder: Readonly<Record<string, string>> = {
  ChannelMember: 'Channel',
  MessageAttachment: 'Message',
  MessageReaction: 'Message',
  MilestoneTask: 'Milestone',
};
/** Settings are one row for the whole organization, and the log is the events themselves. */
const noEvents = new Set(['Event']);

const mutations = Object.values(schema.getMutationType()!.getFields());
const sources = readSources();

describe('every type of rows', () => {
  it('is known here', () => {
    expect(names.length).toBeGreaterThan(15);
  });

  it('has a row rule, and shows nothing of others without a permission', () => {
    expect(without(({ table }) => !tablesWithRowRules().includes(table))).toEqual([]);
    const nobody = { role: 'MEMBER', profileId: 'nobody', permissions: new Set() } as unknown as Viewer;
    expect(without(({ table }) => rowRuleOf(table, nobody) === 'all')).toEqual([]);
  });

  it('has a description', () => {
    expect(without(({ type }) => !type.description)).toEqual([]);
  });

  it('has a connection with a filter and an order', () => {
    const has = (name: string) => isInputObjectType(schema.getType(name));
    const paged = ({ name }: RowType) => !shownWhole.has(name);
    expect(without((each) => paged(each) && !schema.getType(`${each.name}Connection`))).toEqual([]);
    const openToFilters = (each: RowType) => paged(each) && each.name !== 'Event';
    expect(without((each) => openToFilters(each) && !has(`${each.name}Filter`))).toEqual([]);
    expect(without((each) => openToFilters(each) && !has(`${each.name}Order`))).toEqual([]);
  });

  it('can be filtered by its enums', () => {
    const missing = rowTypes.flatMap(({ type, name, table }) => {
      const filter = schema.getType(`${name}Filter`);
      if (!isInputObjectType(filter)) return [];
      const columns = getTableColumns(relations[table].table as Table);
      return Object.values(type.getFields())
        .filter((field) => isEnumType(getNamedType(field.type)) && field.name in columns)
        .filter((field) => !(field.name in filter.getFields()))
        .map((field) => `${name}.${field.name}`);
    });
    expect(missing).toEqual([]);
  });

  it('is read by the attacks of the isolation proof', () => {
    const read = new Set<string>();
    for (const { document } of queriesOf(schema)) {
      const types = new TypeInfo(schema);
      const note = () => {
        const parent = types.getParentType();
        if (parent) read.add(parent.name);
      };
      visit(parse(document), visitWithTypeInfo(types, { Field: note }));
    }
    expect(without(({ name }) => !read.has(name))).toEqual([]);
  });

  it('is in archives: a migration of a module makes its table', () => {
    const made = new Set(tablesMadeBy(new MigrationLines().everything()));
    const nameOf = ({ table }: RowType) => getTableName(relations[table].table as Table);
    expect(without((each) => !made.has(nameOf(each)))).toEqual([]);
  });

  it('is recorded in the log when it changes', () => {
    const recorded = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/resourceType: '(\w+)'/g)].map(([, typename]) => typename)),
    );
    for (const { text } of sources)
      for (const [, typename] of text.matchAll(/defineResource\('\w+', \{\n {2}name: '(\w+)'/g))
        if (mutations.some(({ name }) => name === `create${typename}` || name === `update${typename}`))
          recorded.add(typename);
    const isRecorded = (name: string) => recorded.has(recordedUnder[name] ?? name) || noEvents.has(name);
    expect(names.filter((name) => !isRecorded(name))).toEqual([]);
  });
});

describe('every mutation of an organization\u2019s data', () => {
  /** Open to every member: what is their own, and the channels that they are in. The use case decides by the row. */
  const open = new Set([
    ...['updateIncident', 'resolveIncident', 'reopenIncident', 'updateProfile'],
    ...['updateTimeEntry', 'deleteTimeEntry', 'startTimer', 'stopTimer', 'discardTimer'],
    ...[
      'addChannelMembers',
      'removeChannelMember',
      'leaveChannel',
      'openDirectChannel',
      'markChannelRead',
      'muteChannel',
    ],
    ...['addReaction', 'removeReaction'],
  ]);
  const ofTenant = mutations.filter(({ type }) => {
    const payload = getNamedType(type);
    return isObjectType(payload) && 'lastEventId' in payload.getFields();
  });

  it('names the permission that it needs, unless it is open to every member', () => {
    const named = ({ description }: { description?: string | null | undefined }) =>
      /\b[a-z]+:[a-z-]+\b/.test(description ?? '');
    const unnamed = ofTenant.filter((mutation) => !named(mutation)).map(({ name }) => name);
    expect(unnamed.filter((name) => !open.has(name))).toEqual([]);
  });
});
