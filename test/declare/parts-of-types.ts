import { getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import {
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { rowRuleOf, type TableName, tablesWithRowRules } from '../../src/access/row-rules.ts';
import { tablesMadeBy } from '../../src/db/migration-files.ts';
import { MigrationLines } from '../../src/fleet/schemas/migration-lines.ts';
import { personalEntryOf } from '../../src/graphql/declare/personal-data.ts';
import type { Viewer } from '../../src/identity/viewer.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { queriesOf } from '../../src/prove/documents.ts';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import { readSources } from '../support/sources.ts';

// What every type whose objects are rows must have. Each part has a check that says of each type that lacks it what is
// missing, and where to add it.

interface RowType {
  type: GraphQLObjectType;
  name: string;
  table: TableName;
}

export const rowTypes = Object.values(schema.getTypeMap()).flatMap((type): RowType[] => {
  const table = type.extensions.pothosDrizzleModel;
  if (!isObjectType(type) || typeof table !== 'string') return [];
  return [{ type, name: type.name, table: table as TableName }];
});

const mutations = Object.values(schema.getMutationType()!.getFields());
const tableOf = ({ table }: RowType): Table => relations[table].table as Table;
const eachThat = (lacks: (each: RowType) => boolean, tell: (each: RowType) => string): string[] =>
  rowTypes.filter(lacks).map(tell);

/** Types that other types show whole: no list of theirs is paged. */
const shownWhole = new Set(['MessageAttachment']);
const paged = ({ name }: RowType) => !shownWhole.has(name);
/** The log has filters of its own. */
const openToFilters = (each: RowType) => paged(each) && each.name !== 'Event';
const hasInput = (name: string) => isInputObjectType(schema.getType(name));

/** Types that the log has no events of, with the type whose events say what happens to them. */
const recordedUnder: Readonly<Record<string, string>> = {
  ChannelMember: 'Channel',
  Event: 'Event',
  MessageAttachment: 'Message',
  MessageReaction: 'Message',
  MilestoneTask: 'Milestone',
  TrashItem: 'Task',
  WebhookDelivery: 'Webhook',
};

/**
 * Mutations open to every member: what is their own, and the channels that they are in. The use case decides by the
 * row.
 */
const open = new Set([
  ...['updateIncident', 'resolveIncident', 'reopenIncident', 'updateProfile'],
  ...['updateTimeEntry', 'deleteTimeEntry', 'startTimer', 'stopTimer', 'discardTimer'],
  ...['addChannelMembers', 'removeChannelMember', 'leaveChannel', 'openDirectChannel'],
  ...['markChannelRead', 'muteChannel', 'addReaction', 'removeReaction'],
]);

/** Types with an external reference and no upsert, with the reason. */
const noUpsert: Readonly<Record<string, string>> = {
  Channel: 'people and projects open channels',
  Message: 'a message is sent once; imports bring those of other tools',
  ProjectBudget: 'a revision never changes',
  Timesheet: 'a person submits a week',
};

/** Descriptions of what is missing by part; none where nothing is. */
export const missing: Readonly<Record<string, () => string[]>> = {
  'a row rule': () =>
    eachThat(
      ({ table }) => !tablesWithRowRules().includes(table),
      ({ name, table }) =>
        `${name} has no row rule: declare it by defineResource, or call defineRowRule('${table}', …)`,
    ),

  'a row rule that asks for a permission': () => {
    const none = { permissions: new Set(), modules: new Set() };
    const nobody = { role: 'MEMBER', profileId: 'nobody', ...none } as unknown as Viewer;
    return eachThat(
      ({ table }) => tablesWithRowRules().includes(table) && rowRuleOf(table, nobody) === 'all',
      ({ name }) => `${name} shows all rows to members without a permission: ask for one in its row rule (policy.ts)`,
    );
  },

  'a permission for each mutation': () =>
    mutations
      .filter(({ type }) => {
        const payload = getNamedType(type);
        return isObjectType(payload) && 'lastEventId' in payload.getFields();
      })
      .filter(({ name, description }) => !/\b[a-z]+:[a-z-]+\b/.test(description ?? '') && !open.has(name))
      .map(
        ({ name }) =>
          `${name} names no permission in its description: give it a \`write\`, or add it to \`open\` in ${here} when every member may call it`,
      ),

  'an upsert, if it has an external reference': () =>
    eachThat(
      (each) =>
        'externalReference' in getTableColumns(tableOf(each)) &&
        !mutations.some(({ name }) => name.toLowerCase() === `upsert${each.table}`.toLowerCase()) ===
          !(each.name in noUpsert),
      ({ name }) =>
        `${name} has an external reference and no upsert: give it \`upsert: 500\`, or a reason in \`noUpsert\` in ${here}`,
    ),

  'a description': () =>
    eachThat(
      ({ type }) => !type.description,
      ({ name }) => `${name} has no description: give it a \`description\``,
    ),

  'a connection': () =>
    eachThat(
      (each) => paged(each) && !schema.getType(`${each.name}Connection`),
      ({ name }) => `${name} has no connection: declare it by defineResource, or call defineConnection`,
    ),

  'a filter': () =>
    eachThat(
      (each) => openToFilters(each) && !hasInput(`${each.name}Filter`),
      ({ name }) => `${name} has no filter: declare it by defineResource, or call defineFilter`,
    ),

  'a filter by each of its enums': () =>
    rowTypes.flatMap((each) => {
      const filter = schema.getType(`${each.name}Filter`);
      if (!isInputObjectType(filter)) return [];
      return Object.values(each.type.getFields())
        .filter(({ name, type }) => isEnumType(getNullableType(type)) && name in getTableColumns(tableOf(each)))
        .filter(({ name }) => !(name in filter.getFields()))
        .map(
          ({ name }) => `${each.name} has no filter by ${name}: remove \`filtered: false\`, or add it to the filter`,
        );
    }),

  'an order': () =>
    eachThat(
      (each) => openToFilters(each) && !hasInput(`${each.name}Order`),
      ({ name }) => `${name} has no order: declare it by defineResource, or call defineOrder`,
    ),

  'events in the log': () => {
    const recorded = recordedTypes();
    return eachThat(
      ({ name }) => !recorded.has(recordedUnder[name] ?? name),
      ({ name }) =>
        `${name} has no events: declare its operations by defineResource of modules/events, call recordEvent with its resourceType, or add the type that records its changes to \`recordedUnder\` in ${here}`,
    );
  },

  'an attack of the isolation proof': () => {
    const read = typesReadByProof();
    return eachThat(
      ({ name }) => !read.has(name),
      ({ name }) =>
        `${name} is not read by any attack of the isolation proof: give it a \`list\`, or a field under a type with a root field, without required arguments that src/prove/documents.ts has no sample of`,
    );
  },

  'a place in archives': () => {
    const made = new Set(tablesMadeBy(new MigrationLines().everything()));
    return eachThat(
      (each) => !made.has(getTableName(tableOf(each))),
      (each) =>
        `${each.name} is in no archive, because no migration makes ${getTableName(tableOf(each))}: run LINE=<module> npm run generate`,
    );
  },

  'an entry for each personal text': () =>
    Object.entries(relations).flatMap(([name, { table }]) =>
      Object.entries(getTableColumns(table as Table) as Record<string, PgColumn>)
        .filter(([key, column]) => isText(key, column) && (isAboutPeople(table as Table) || namesPeople.test(key)))
        .filter(([key]) => personalEntryOf(name as TableName, key) === undefined)
        .map(
          ([key]) =>
            `${name}.${key} may hold personal data: add \`personal\` to its field, or call registerPersonalData (docs/resources.md, Personal data)`,
        ),
    ),
};

const here = 'test/declare/parts-of-types.ts';

function recordedTypes(): Set<string> {
  const sources = readSources();
  const recorded = new Set(['Event']);
  for (const { text } of sources)
    for (const [, typename] of text.matchAll(/resourceType: '(\w+)'/g)) recorded.add(typename!);
  for (const { text } of sources)
    for (const [, typename] of text.matchAll(/defineResource\('\w+', \{\n {2}name: '(\w+)'/g))
      if (mutations.some(({ name }) => name === `create${typename}` || name === `update${typename}`))
        recorded.add(typename!);
  return recorded;
}

function typesReadByProof(): Set<string> {
  const read = new Set<string>();
  for (const { document } of queriesOf(schema)) {
    const types = new TypeInfo(schema);
    const note = () => {
      const parent = types.getParentType();
      if (parent) read.add(parent.name);
    };
    visit(parse(document), visitWithTypeInfo(types, { Field: note }));
  }
  return read;
}

/** Rows that belong to a person: those of `profiles`, and those with a reference to one. */
const isAboutPeople = (table: Table): boolean =>
  (table as unknown) === profiles ||
  getTableConfig(table as PgTable).foreignKeys.some((key) => (key.reference().foreignTable as unknown) === profiles);

const namesPeople = /(^|[a-z])(first|last|full)name|contact|e?mail|phone|address|avatar|user|person/i;

/**
 * Programs make ranks, keys and enums; the former name of a project names a project. Any other text can be about a
 * person.
 */
function isText(key: string, column: PgColumn): boolean {
  if (column.enumValues?.length || /^(externalReference|directKey|grandfatheredName|grandfatheredCode)$/.test(key))
    return false;
  return /^text/.test(column.getSQLType()) && !column.getSQLType().includes('COLLATE "C"');
}
