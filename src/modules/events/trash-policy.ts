import { relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { type RowRule, rowRuleOf, type TableName, type WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';
import { keptRow } from './kept-rows.ts';
import { typesOfRows } from './row-types.ts';
import { trashTypes } from './trash-types.ts';

/**
 * Members see the deleted objects that they may restore, as far as they could see them: the row rule of the table is
 * applied to the row that the trash keeps.
 */
export function readableTrash(viewer: Viewer): RowRule<'trash'> {
  const open: string[] = [];
  const partial: WhereOf<'trash'>[] = [];
  for (const [typename, { table, needs }] of trashTypes()) {
    const module = typesOfRows().find((each) => each.typename === typename)?.module;
    // The tables of a module that is switched off may not exist
    if (module && viewer.modules?.has(module) === false) continue;
    if (needs && !viewer.permissions.has(needs)) continue;
    const rule = rowRuleOf(table, viewer);
    if (rule === 'all') open.push(typename);
    else if (rule !== 'none')
      partial.push({ resourceType: typename, RAW: wasVisible(table, rule) } as WhereOf<'trash'>);
  }
  if (open.length + partial.length === 0) return 'none';
  return { OR: [{ resourceType: { in: open } }, ...partial] } as WhereOf<'trash'>;
}

const wasVisible =
  (table: TableName, rule: object) =>
  (item: Table): SQL => {
    const config = relations[table];
    const visible = relationsFilterToSQL(config.table, rule as never, config.relations, relations);
    const kept = keptRow(config.table, sql`${item['content' as keyof Table]}`);
    return sql`exists (select 1 from ${kept} where ${visible})`;
  };
