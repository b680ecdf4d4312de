import { relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { type RowRule, rowRuleOf, type TableName, type WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';
import { keptRow } from './kept-rows.ts';
import { typesIn } from './row-types.ts';
import { trashTypes } from './trash-types.ts';

/**
 * Members see the deleted objects that they may restore, as far as they could see them: the row rule of the table is
 * applied to the row that the trash keeps.
 */
export function readableTrash(viewer: Viewer): RowRule<'trash'> {
  const open: string[] = [];
  const partial: WhereOf<'trash'>[] = [];
  const types = new Set(typesIn(viewer.modules).map(({ typename }) => typename));
  for (const [typename, { table, needs }] of trashTypes()) {
    if (!types.has(typename)) continue;
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
