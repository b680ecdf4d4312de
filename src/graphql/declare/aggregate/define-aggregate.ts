import type { FieldMap } from '@pothos/core';
import { and, type SQL } from 'drizzle-orm';
import type { GraphQLResolveInfo } from 'graphql';
import type { TableName } from '../../../access/row-rules.ts';
import type { Context } from '../../context.ts';
import { builder } from '../builder.ts';
import { filterOf } from '../filters.ts';
import { filterBounds } from '../input-bounds.ts';
import type { definePage } from '../pages.ts';
import { extensionsOf, type Model } from '../resource/model.ts';
import { rowsOfConnection } from './connection-rows.ts';
import { registerModel } from './dimensions.ts';
import { type Group, groupTypeOf, keysTypeOf, registerRowType } from './group-types.ts';
import { count, type FunctionName, type Measure, measureOf } from './measures.ts';
import { type AggregateArguments, groupSizes, limitOf, offsetOf, questionOf } from './question.ts';
import { measuresIn } from './selected-measures.ts';
import { shortKeysOf } from './short-keys.ts';
import { type Groups, groupsStatement, wholeTable } from './statement.ts';
import { havingInputOf, keyInputOf, orderInputOf } from './types.ts';

type Page = ReturnType<typeof definePage<TableName>>;

/** A field that aggregates rows, described for the compiler. Arguments may be placeholders. */
export interface AggregateDeclaration {
  table: TableName;
  /** The filter of the rows, for a root field. */
  where(args: object): object | undefined;
  /** The statement of the groups, for the selected measures. */
  groups(args: object, measures: readonly Measure[], values: Parameters<typeof groupsStatement>[1]): Groups;
  measure(name: string, field: string): Measure;
  limit(args: object): number;
  offset(args: object): number;
}

/** Registers a resource, so that others can group by its fields, and makes the types of its keys. */
export function defineKeys(model: Model, node: unknown): void {
  registerModel(model);
  registerRowType(model.table, node);
  keyInputOf(model);
  keysTypeOf(model);
}

/** The rows that a field aggregates: a filter, and a condition that the filter cannot express. */
export interface AggregatedRows {
  where: object | undefined;
  also?: SQL | undefined;
}

interface ArgumentBuilder {
  arg: ((options: object) => never) & { int(options: object): never; string(options: object): never };
  field(options: object): never;
}

/** The fields that aggregate the rows of a resource: a root field such as `tasksAggregate`, and one on connections. */
export function aggregatesOf(model: Model, page: Page) {
  const { table, nouns } = model;
  const short = shortKeysOf(model);
  const declaration = declarationOf(model, page, short);
  const types = once(() => ({
    group: groupTypeOf(model),
    having: havingInputOf(model),
    order: orderInputOf(model),
  }));
  const field = (t: ArgumentBuilder, options: { args?: object; extensions?: object; [option: string]: unknown }) =>
    t.field({
      type: [types().group],
      complexity: (args: Record<string, unknown>) => priceOf(args, short.read(args)),
      ...options,
      extensions: { chantierAggregate: declaration, ...options.extensions },
      args: {
        ...short.args(t),
        [short.keysArgument]: t.arg({
          type: [keyInputOf(model)],
          description: 'The keys to group by, at most 10 in all; one group of all rows if there are none.',
          maxItems: 10,
        }),
        ...options.args,
        having: t.arg({ type: types().having, description: 'Only groups that match.' }),
        orderBy: t.arg({
          type: [types().order],
          maxItems: filterBounds.order,
          description: 'The order of the groups; ties are broken by the keys.',
        }),
        first: t.arg.int({
          description: `The largest number of groups to return, 1 to ${groupSizes.max}; ${groupSizes.default} by default.`,
        }),
        after: t.arg.string({ maxLength: 100, description: 'Only the groups after the one with this cursor.' }),
      },
    });
  return {
    /** Adds the root field. */
    defineRootField(): void {
      builder.queryField(`${table}Aggregate`, (given) => {
        const t = given as unknown as ArgumentBuilder;
        return field(t, {
          authScopes: { reads: table },
          extensions: extensionsOf(model),
          description: `Aggregates over groups of ${nouns}, ordered by the keys of the groups by default.`,
          args: { where: t.arg({ type: filterOf(table).ref, description: 'Only rows that match.' }) },
          resolve: (_root: unknown, args: object, ctx: Context, info: GraphQLResolveInfo) =>
            run(declaration, { where: declaration.where(args) }, args, ctx, info),
        });
      });
    },
    /** The fields of the connection. */
    onConnection: (t: never): FieldMap => ({
      aggregate: field(t as ArgumentBuilder, {
        extensions: { chantierAllPages: true },
        description: `Aggregates over groups of the matching ${nouns} on all pages, ordered by the keys of the groups by default.`,
        resolve: (connection: object, args: object, ctx: Context, info: GraphQLResolveInfo) =>
          run(declaration, rowsOfConnection(connection, ctx), args, ctx, info),
      }),
    }),
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Groups cost by the hundred in a compiled statement: most of its work is reading the rows, whatever the number of
 * groups. Objects under the keys cost what they cost for each group.
 */
function priceOf(args: Record<string, unknown>, { groupBy }: AggregateArguments) {
  const most = Number(args.first ?? args.limit ?? groupSizes.default);
  const groups = groupBy?.length ? Math.max(1, most) : 1;
  return { field: 10, multiplier: Math.max(1, Math.ceil(most / 100)), groups };
}

function declarationOf(model: Model, page: Page, short: ReturnType<typeof shortKeysOf>): AggregateDeclaration {
  const read = (args: object): AggregateArguments => short.read(args as Record<string, unknown>);
  return {
    table: model.table,
    where: (args) => page.where({ where: (args as AggregateArguments).where ?? null }),
    groups: (args, measures, values) => groupsStatement(questionOf(model, read(args), measures), values),
    measure: (name, field) => (name === 'count' ? count : measureOf(model, name as FunctionName, field)),
    limit: (args) => short.limit(args as Record<string, unknown>, limitOf),
    offset: (args) => offsetOf(questionOf(model, read(args), []), read(args).after),
  };
}

async function run(
  declaration: AggregateDeclaration,
  { where, also }: AggregatedRows,
  args: object,
  ctx: Context,
  info: GraphQLResolveInfo,
): Promise<Group[]> {
  const { table } = declaration;
  const limit = declaration.limit(args);
  const offset = declaration.offset(args);
  const measures = measuresIn(info, (name, field) => declaration.measure(name, field));
  let columns: Groups['columns'] = new Map();
  const rows = await ctx.db.grouped(table, where, (visible: SQL | undefined) => {
    const groups = declaration.groups(args, measures, {
      viewer: ctx.viewer,
      zone: ctx.tenant.timeZone,
      rows: wholeTable(table, and(also, visible)),
      limit,
      offset,
    });
    columns = groups.columns;
    return groups.sql;
  });
  return rows.map((row) => ({ values: new Map([...columns].map(([id, name]) => [id, row[name]])) }));
}
