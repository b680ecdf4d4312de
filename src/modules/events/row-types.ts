import { type TableName, tablesWithRowRules } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';

export interface TypeOfRows {
  typename: string;
  table: TableName;
  /** The optional module that it belongs to; undefined for a core module. */
  module: string | undefined;
}

/** Tables whose rows the log has no events of. */
const unlogged: ReadonlySet<TableName> = new Set(['events', 'trash', 'webhookDeliveries']);

let types: TypeOfRows[] | undefined;

/** The types of the modules that are switched on: the tables of others may not exist. */
export const typesIn = (modules: ReadonlySet<string>): TypeOfRows[] =>
  typesOfRows().filter(({ module }) => module === undefined || modules.has(module));

/** The GraphQL types that show rows. Call it only after all modules are loaded. */
export function typesOfRows(): readonly TypeOfRows[] {
  const ruled = new Set<unknown>(tablesWithRowRules());
  types ??= [...builder.configStore.typeConfigs.values()].flatMap(({ name, extensions }) => {
    const { pothosDrizzleModel: table, module } = (extensions ?? {}) as {
      pothosDrizzleModel?: TableName;
      module?: string;
    };
    return ruled.has(table) && table !== undefined && !unlogged.has(table) ? [{ typename: name, table, module }] : [];
  });
  return types;
}
