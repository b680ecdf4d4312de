import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from './business-event.ts';
import { type Cascade, columnsOf } from './cascade.ts';
import { tableOf } from './references-to.ts';
import { trash, trashParts } from './tables.ts';
import { goesToTrash, trashTypes } from './trash-types.ts';

/**
 * Copies a locked row to the trash before it is deleted, with all rows that are deleted with it and all references to
 * it that are cleared. Does nothing for types without a trash.
 */
export async function moveToTrash(tx: TenantTx, viewer: Viewer, event: BusinessEvent, cascade: Cascade): Promise<void> {
  const { resourceType, resourceId } = event;
  const type = trashTypes().get(resourceType);
  if (!type) return;
  const table = tableOf(type.table);
  const name = columnsOf(type.table)[type.name]!;
  const item = sql`insert into ${trash} (id, resource_type, resource_id, name, content, deleted_by_id)
    select ${uuidv7()}::uuid, ${resourceType}, ${table.id}, ${name}, ${contentOf(type.table)}, ${viewer.profileId}::uuid
    from ${table} where ${table.id} = ${resourceId}`;
  const parts = [...deleted(cascade), ...cleared(cascade)];
  if (parts.length === 0) return void (await tx.execute(item));
  await tx.execute(sql`with item as (${item} returning id)
    insert into ${trashParts} (trash_id, position, table_name, cleared, content)
    select item.id, row_number() over (), part.table_name, part.cleared, part.content
    from item cross join (${sql.join(parts, sql` union all `)}) as part (table_name, cleared, content)`);
}

const deleted = (cascade: Cascade): SQL[] =>
  cascade
    .partTables()
    .filter(goesToTrash)
    .map((table) => partsOf(table, undefined, cascade.partCondition(table)));

const cleared = (cascade: Cascade): SQL[] =>
  cascade
    .cleared()
    .filter(({ table }) => goesToTrash(table))
    .map(({ table, column, stays }) => partsOf(table, column.name, stays));

function partsOf(table: string, clearedColumn: string | undefined, condition: SQL | undefined): SQL {
  const named = sql`${getTableName(tableOf(table))}::text, ${clearedColumn ?? null}::text`;
  return sql`select ${named}, ${contentOf(table)} from ${tableOf(table)} where ${condition}`;
}

/** The values of all columns but the search vector, which a trigger fills. */
const contentOf = (table: string): SQL => sql`to_jsonb(${tableOf(table)}) - 'search'`;
