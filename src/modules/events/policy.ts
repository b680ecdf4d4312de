import { relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { builder } from '../../graphql/builder.ts';
import { type RowRule, rowRuleOf, type TableName, tablesWithRowRules, type WhereOf } from '../../graphql/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';

/** What events may be about beside the rows of the graph: every reader of the log may know of these. */
const beyondRows = ['Organization', 'Import'];

/**
 * The log shows no more than the graph: an event is for who has event:read and may see the row that it is about, by the
 * row rule of its table. Who sees only part of a table does not see the events of rows that are gone.
 */
export function readableEvents(viewer: Viewer): RowRule<'events'> {
  if (!viewer.permissions.has('event:read')) return 'none';
  const open = [...beyondRows];
  const partial: WhereOf<'events'>[] = [];
  for (const [typename, table] of typesOfRows()) {
    const rule = rowRuleOf(table, viewer);
    if (rule === 'all') open.push(typename);
    else if (rule !== 'none')
      partial.push({ resourceType: typename, RAW: isVisible(table, rule) } as WhereOf<'events'>);
  }
  return { OR: [{ resourceType: { in: open } }, ...partial] } as WhereOf<'events'>;
}

const isVisible =
  (table: TableName, rule: object) =>
  (event: Table): SQL => {
    const config = relations[table];
    const visible = relationsFilterToSQL(config.table, rule as never, config.relations, relations);
    const id = config.table['id' as keyof typeof config.table];
    return sql`exists (select 1 from ${config.table} where ${id} = ${event['resourceId' as keyof Table]} and ${visible})`;
  };

let types: [typename: string, table: TableName][] | undefined;

/** The types of the graph whose objects are rows with a rule; known once all modules are loaded. */
function typesOfRows(): readonly [typename: string, table: TableName][] {
  const ruled = new Set<unknown>(tablesWithRowRules());
  types ??= [...builder.configStore.typeConfigs.values()].flatMap(({ name, extensions }) => {
    const table = extensions?.pothosDrizzleModel;
    return ruled.has(table) && table !== 'events' ? [[name, table as TableName]] : [];
  });
  return types;
}
