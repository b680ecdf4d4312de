import SchemaBuilder, {
  type SchemaTypes as AnySchemaTypes,
  BasePlugin,
  type PothosOutputFieldConfig,
} from '@pothos/core';
import {
  aliasedTable,
  and,
  type Column,
  eq,
  getTableAsAliasSQL,
  type Relation,
  relationToSQL,
  type SQL,
  sql,
  type Table,
} from 'drizzle-orm';
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { TableName } from '../../../access/row-rules.ts';
import { relations } from '../../../relations.ts';
import type { Context } from '../../context.ts';

export const connectionRowsPluginName = 'chantierConnectionRows' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends AnySchemaTypes> {
      chantierConnectionRows: ConnectionRowsPlugin<Types>;
    }
  }
}

/** The rows on all pages of a connection. */
export interface AllRows {
  table: TableName;
  where(parent: object, args: object): object | undefined;
}

/** The call of a resolver that returned a connection. */
interface Call {
  parent: object;
  args: Record<string, unknown>;
  info: GraphQLResolveInfo;
}

const calls = new WeakMap<object, Call>();

/** Remembers for each connection which call returned it: the executor reads its aggregates from the same rows. */
export class ConnectionRowsPlugin<Types extends AnySchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!('after' in config.args && 'before' in config.args)) return resolver;
    return (parent, args, context, info) => {
      const remember = <T>(page: T): T => {
        calls.set(page as object, { parent: parent as object, args: args as Call['args'], info });
        return page;
      };
      const page = resolver(parent, args, context, info);
      return page instanceof Promise ? page.then(remember) : remember(page);
    };
  }
}

SchemaBuilder.registerPlugin(connectionRowsPluginName, ConnectionRowsPlugin);

type Select = (args: object, ctx: Context, nested: (query: object) => object, selected: () => Set<string>) => Asked;

interface Asked {
  with: Record<string, { query: { where?: object } }>;
}

/** The rows on all pages of a connection, by the declaration of the field that returned it. */
export function rowsOfConnection(
  connection: object,
  ctx: Context,
): { where: object | undefined; also?: SQL | undefined } {
  const { parent, args, info } = calls.get(connection)!;
  const { parentType, fieldName } = info;
  const { extensions } = parentType.getFields()[fieldName]!;
  const all = extensions.chantierRows as AllRows | undefined;
  if (all) return { where: all.where(parent, args) };
  const select = extensions.pothosDrizzleSelect as Select | undefined;
  const owners = parentType.extensions.pothosDrizzleModel as TableName | undefined;
  if (!select || !owners) throw new Error(`${parentType.name}.${fieldName} does not declare the rows of its aggregate`);
  const { first: _, last: __, after: ___, before: ____, ...others } = args;
  const asked = select(
    others,
    ctx,
    (query) => ({ query }),
    () => new Set(['edges']),
  );
  const [[name, { query }]] = Object.entries(asked.with) as [[string, { query: { where?: object } }]];
  return { where: query.where, also: relatedTo(owners, name, (parent as { id: string }).id) };
}

/** The condition that a row is related to the row with this id. */
function relatedTo(owners: TableName, name: string, id: string): SQL {
  const config = relations[owners];
  const relation = (config.relations as Record<string, Relation>)[name]!;
  const { table: rows } = relations[relation.targetTableName as TableName];
  const owner = aliasedTable(config.table as never, 'owner') as Table & { id: Column };
  const via = relation.throughTable && (aliasedTable(relation.throughTable as Table, 'via') as Table);
  const { filter, joinCondition } = relationToSQL(relation, owner, rows as Table, via);
  const from = [owner, ...(via ? [via] : [])].map((table) => getTableAsAliasSQL(table as never));
  return sql`exists (select 1 from ${sql.join(from, sql`, `)} where ${and(eq(owner.id, id), filter, joinCondition)})`;
}
