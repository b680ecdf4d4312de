import type { SQL } from 'drizzle-orm';
import type { GraphQLResolveInfo } from 'graphql';
import type { TableName } from '../../../access/row-rules.ts';
import type { Context } from '../../context.ts';
import { builder } from '../builder.ts';
import { filterOf } from '../filters.ts';
import { filterBounds } from '../input-bounds.ts';
import type { definePage } from '../pages.ts';
import { extensionsOf, type Model } from '../resource/model.ts';
import { registerModel } from './dimensions.ts';
import { type Group, groupTypeOf, keysTypeOf, registerRowType } from './group-types.ts';
import { count, type FunctionName, type Measure, measureOf } from './measures.ts';
import { type AggregateArguments, groupSizes, limitOf, offsetOf, questionOf } from './question.ts';
import { measuresIn } from './selected-measures.ts';
import { shortKeysOf } from './short-keys.ts';
import { type Groups, groupsStatement } from './statement.ts';
import { havingInputOf, keyInputOf, orderInputOf } from './types.ts';

type Page = ReturnType<typeof definePage<TableName>>;

/** A root field that aggregates rows, described for the compiler. Arguments may be placeholders. */
export interface AggregateDeclaration {
  table: TableName;
  /** The filter of the rows. */
  where(args: object): object | undefined;
  /** The statement of the groups, for the selected measures. */
  groups(args: object, measures: readonly Measure[], values: Parameters<typeof groupsStatement>[2]): Groups;
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

/** Makes the root field `tasksAggregate`. */
export function defineAggregate(model: Model, page: Page): void {
  const { table, nouns } = model;
  const short = shortKeysOf(model);
  const declaration = declarationOf(model, page, short);
  builder.queryField(`${table}Aggregate`, (t) => {
    const group = groupTypeOf(model);
    return t.field({
      type: [group],
      authScopes: { reads: table },
      extensions: { chantierAggregate: declaration, ...extensionsOf(model) },
      description: `Aggregates over groups of ${nouns}, ordered by the keys of the groups by default.`,
      args: {
        ...short.args(t as never),
        [short.keysArgument]: t.arg({
          type: [keyInputOf(model)],
          description: 'The keys to group by, at most 10 in all; one group of all rows if there are none.',
          maxItems: 10,
        }),
        where: t.arg({ type: filterOf(table).ref, description: 'Only rows that match.' }),
        having: t.arg({ type: havingInputOf(model) as never, description: 'Only groups that match.' }),
        orderBy: t.arg({
          type: [orderInputOf(model) as never],
          maxItems: filterBounds.order,
          description: 'The order of the groups; ties are broken by the keys.',
        }),
        first: t.arg.int({
          description: `The largest number of groups to return, 1 to ${groupSizes.max}; ${groupSizes.default} by default.`,
        }),
        after: t.arg.string({ maxLength: 100, description: 'Only the groups after the one with this cursor.' }),
      },
      complexity: (args: { first?: number | null }) => ({ field: 10, multiplier: pricedGroups(args) }),
      resolve: (_root: unknown, args: object, ctx: Context, info: GraphQLResolveInfo) =>
        run(model, declaration, args, ctx, info),
    } as never);
  });
}

/** Groups cost by the hundred: most of the work is reading the rows, whatever the number of groups. */
const pricedGroups = (args: { first?: number | null; limit?: number | null }): number =>
  Math.max(1, Math.ceil((args.first ?? args.limit ?? groupSizes.default) / 100));

function declarationOf(model: Model, page: Page, short: ReturnType<typeof shortKeysOf>): AggregateDeclaration {
  const read = (args: object): AggregateArguments => short.read(args as Record<string, unknown>);
  return {
    table: model.table,
    where: (args) => page.where({ where: (args as AggregateArguments).where ?? null }),
    groups: (args, measures, values) => groupsStatement(model, questionOf(model, read(args), measures), values),
    measure: (name, field) => (name === 'count' ? count : measureOf(model, name as FunctionName, field)),
    limit: (args) => short.limit(args as Record<string, unknown>, limitOf),
    offset: (args) => offsetOf(questionOf(model, read(args), []), read(args).after),
  };
}

async function run(
  model: Model,
  declaration: AggregateDeclaration,
  args: object,
  ctx: Context,
  info: GraphQLResolveInfo,
): Promise<Group[]> {
  const limit = declaration.limit(args);
  const offset = declaration.offset(args);
  const measures = measuresIn(info, (name, field) => declaration.measure(name, field));
  let columns: Groups['columns'] = new Map();
  const rows = await ctx.db.grouped(model.table, declaration.where(args), (matching: SQL | undefined) => {
    const groups = declaration.groups(args, measures, {
      viewer: ctx.viewer,
      zone: ctx.tenant.timeZone,
      matching,
      limit,
      offset,
    });
    columns = groups.columns;
    return groups.sql;
  });
  return rows.map((row) => ({ values: new Map([...columns].map(([id, name]) => [id, row[name]])) }));
}
