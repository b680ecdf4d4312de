import { relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { type RowRule, rowRuleOf, type TableName, type WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';
import { wasVisible } from './gone-rows.ts';
import { knownActions } from './narrowed-history.ts';
import { typesIn } from './row-types.ts';

/** Types of events about objects that are not rows of the graph: every reader of the log may see them. */
const beyondRows = ['Organization', 'Import'];

/**
 * The log shows no more than the graph: a member with event:read sees an event if they may see its row, by the row rule
 * of its table. The history of a deleted row stays readable: the rule is applied to the row as its deletion event
 * recorded it.
 */
export function readableEvents(viewer: Viewer): RowRule<'events'> {
  if (!viewer.permissions.has('event:read')) return 'none';
  const open = [...beyondRows];
  const partial: WhereOf<'events'>[] = [];
  for (const { typename, table } of typesIn(viewer.modules)) {
    const rule = rowRuleOf(table, viewer);
    const actions = knownActions(typename, viewer);
    if (rule === 'none' || actions.length === 0) continue;
    if (rule === 'all' && actions === 'all') open.push(typename);
    else
      partial.push({
        resourceType: typename,
        ...(actions !== 'all' && { action: { in: [...actions] } }),
        ...(rule !== 'all' && { RAW: isOrWasVisible(table, rule) }),
      } as WhereOf<'events'>);
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
