import { relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { type RowRule, rowRuleOf, type TableName, tablesWithRowRules, type WhereOf } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';
import { wasVisible } from './gone-rows.ts';

/** What events may be about beside the rows of the graph: every reader of the log may know of these. */
const beyondRows = ['Organization', 'Import'];

/**
 * The log shows no more than the graph: an event is for who has event:read and may see the row that it is about, by the
 * row rule of its table. Of a row that is gone, who sees only part of its table sees that it was deleted, when the rule
 * held for what the event recorded of it.
 */
export function readableEvents(viewer: Viewer): RowRule<'events'> {
  if (!viewer.permissions.has('event:read')) return 'none';
  const open = [...beyondRows];
  const partial: WhereOf<'events'>[] = [];
  for (const { typename, table, module } of typesOfRows()) {
    // The tables of a module that is off may not exist
    if (module && viewer.modules?.has(module) === false) continue;
    const rule = rowRuleOf(table, viewer);
    if (rule === 'all') open.push(typename);
    else if (rule !== 'none')
      partial.push({ resourceType: typename, RAW: isOrWasVisible(table, rule) } as WhereOf<'events'>);
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

function isOrWasVisible(table: TableName, rule: object): (event: Table) => SQL {
  const [now, before] = [isVisible(table, rule), wasVisible(table, rule)];
  return before ? (event) => sql`(${now(event)} or (${before(event)}))` : now;
}

interface TypeOfRows {
  typename: string;
  table: TableName;
  module: string | undefined;
}

let types: TypeOfRows[] | undefined;

/** The types of the graph that show rows. Call it only after all modules are loaded. */
function typesOfRows(): readonly TypeOfRows[] {
  const ruled = new Set<unknown>(tablesWithRowRules());
  types ??= [...builder.configStore.typeConfigs.values()].flatMap(({ name, extensions }) => {
    const { pothosDrizzleModel: table, module } = (extensions ?? {}) as {
      pothosDrizzleModel?: TableName;
      module?: string;
    };
    return ruled.has(table) && table !== undefined && table !== 'events' ? [{ typename: name, table, module }] : [];
  });
  return types;
}
