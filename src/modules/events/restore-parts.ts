import { and, eq, getTableName, isNull, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { warn } from '../../tenancy/change-warnings.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { type Cascade, type Cleared, columnsOf } from './cascade.ts';
import { insertKept, keptRow, requiredKeysOf } from './kept-rows.ts';
import { ownParent, tableOf } from './references-to.ts';
import { columnValue, insertEvents, typenameOf, valuesOf } from './row-events.ts';
import { trashParts } from './tables.ts';

/** The parts of one table in one item of the trash. */
type Kind = { table_name: string; cleared: string | null; count: number; names: string };

/**
 * Brings back the rows that were deleted with a row, parents first. `record` then sets the references again that were
 * cleared, and records the events of all, after the event of the row itself. A part whose parent is gone, or whose
 * place another row has taken, is left out, and a warning tells how many are.
 */
export async function restoreParts(tx: TenantTx, cascade: Cascade, trashId: string) {
  const kinds = await kindsOf(tx, trashId);
  const restored: string[] = [];
  let missing = 0;
  for (const table of cascade.partTables()) {
    const kind = kinds.find((each) => each.cleared === null && each.table_name === getTableName(tableOf(table)));
    if (!kind) continue;
    missing += kind.count - (await insertParts(tx, table, kind, trashId));
    restored.push(table);
  }
  if (missing > 0) {
    const message = missing === 1 ? 'One part could not be restored' : `${missing} parts could not be restored`;
    warn(tx, { code: 'PARTS_NOT_RESTORED', message, count: missing });
  }
  const cleared = cascade.cleared().filter(({ table, column }) => kinds.some((kind) => isOf(kind, table, column.name)));
  return {
    record: async (viewer: Viewer): Promise<void> => {
      for (const table of restored) await recordRestored(tx, viewer, table, trashId);
      for (const each of cleared) await setAgain(tx, viewer, each, trashId);
    },
  };
}

const isOf = (kind: Kind, table: string, cleared: string): boolean =>
  kind.table_name === getTableName(tableOf(table)) && kind.cleared === cleared;

async function kindsOf(tx: TenantTx, trashId: string): Promise<Kind[]> {
  const { tableName, cleared, position, content } = trashParts;
  return tx.execute<Kind>(sql`select ${tableName}, ${cleared}, kind.count,
      (select string_agg(key, ',') from jsonb_object_keys(${content}) as key) as names
    from ${trashParts} join (select min(${position}) as first, count(*)::int as count from ${trashParts}
      where ${trashParts.trashId} = ${trashId} group by ${tableName}, ${cleared}) as kind on ${position} = kind.first
    where ${trashParts.trashId} = ${trashId}`);
}

const partsOf = (table: string, cleared: string | null, trashId: string): SQL | undefined =>
  and(
    eq(trashParts.trashId, trashId),
    eq(trashParts.tableName, getTableName(tableOf(table))),
    cleared === null ? isNull(trashParts.cleared) : eq(trashParts.cleared, cleared),
  );

async function insertParts(tx: TenantTx, table: string, { names }: Kind, trashId: string): Promise<number> {
  const kept = sql`${trashParts}, ${keptRow(tableOf(table), sql`${trashParts.content}`)} where ${partsOf(table, null, trashId)}`;
  const insert = insertKept(table, names.split(','), kept, sql`on conflict do nothing`);
  const [made] = await tx.execute<{ count: number }>(
    sql`with made as (${insert} returning 1) select count(*)::int as count from made`,
  );
  await connectParts(tx, table, kept);
  return made!.count;
}

/** Makes rows parts of other rows of their table again, once all of them are there. */
export async function connectParts(tx: TenantTx, table: string, kept: SQL): Promise<void> {
  const parent = ownParent(table);
  if (!parent) return;
  const [rows, up] = [tableOf(table), sql.identifier(parent.name)];
  await tx.execute(sql`update ${rows} set ${up} = former.parent
    from (select ${rows.id} as id, ${parent} as parent from ${kept}) as former
    where ${rows.id} = former.id and exists (select 1 from ${rows} as other where other.id = former.parent)`);
}

async function recordRestored(tx: TenantTx, viewer: Viewer, table: string, trashId: string): Promise<void> {
  const typename = typenameOf(table);
  if (typename === undefined) return;
  const { id } = tableOf(table);
  const ids = sql`select (${trashParts.content} ->> 'id')::uuid from ${trashParts} where ${partsOf(table, null, trashId)}`;
  const rows = sql`${tableOf(table)} where ${id} in (${ids}) order by ${id}`;
  await tx.execute(insertEvents(viewer, typename, 'restored', { id: sql`${id}`, after: valuesOf(table), rows }));
}

/** Only in rows that still belong to the same parents, such as time of the same project. */
async function setAgain(tx: TenantTx, viewer: Viewer, { table, column, to }: Cleared, trashId: string): Promise<void> {
  const rows = tableOf(table);
  const kept = (of: { name: string }) => sql`kept.${sql.identifier(of.name)}`;
  const { version } = columnsOf(table);
  const same = requiredKeysOf(table).map((key) => sql`${key.column} is not distinct from ${kept(key.column)}`);
  const holds = [
    ...[partsOf(table, column.name, trashId), sql`${rows.id} = kept.id`, isNull(column)],
    ...[sql`exists (select 1 from ${tableOf(to)} where ${tableOf(to).id} = ${kept(column)})`, ...same],
  ];
  const counted = version ? sql`, version = ${version} + 1` : sql``;
  const again = sql`with again as (update ${rows} set ${sql.identifier(column.name)} = ${kept(column)}${counted}
    from ${trashParts}, jsonb_populate_record(null::${rows}, ${trashParts.content}) as kept where ${and(...holds)}
    returning ${rows.id} as id, ${column} as value)`;
  const typename = typenameOf(table);
  if (typename === undefined) return void (await tx.execute(sql`${again} select 1 from again`));
  const [before, after] = [sql`null`, sql`again.value`].map((value) => columnValue(table, column, value)) as [SQL, SQL];
  await tx.execute(
    sql`${again} ${insertEvents(viewer, typename, 'updated', { id: sql`again.id`, before, after, rows: sql`again` })}`,
  );
}
