import type { AdminTx } from '../db/admin.ts';
import { quoteIdentifier } from '../db/identifier.ts';
import type { Column, TenantRows } from './tenant-rows.ts';

export interface Marks {
  /** Columns (`table.column`) that contain the marker. */
  marked: string[];
  /** Columns without free text, or without rows. */
  unmarked: string[];
}

const textual = new Set(['text', 'character varying', 'text[]', 'jsonb']);
/**
 * Columns with values in a fixed format, such as positions and colors: they contain nobody's text, and the product
 * would fail on others.
 */
const notMarked = new Set([
  'rank',
  'color',
  'kind',
  'resource_type',
  'emoji',
  'key',
  'value',
  'answer',
  'changes',
  'refused',
  'request_hash',
  'vat_lines',
  'response_key',
]);

/** Writes a marker into every text of an organization, so that any row that leaks can be recognized. */
export async function markTexts(rows: TenantRows, schemaName: string, marker: string, mail: string): Promise<Marks> {
  const columns = (await rows.columns()).filter(({ type, name }) => textual.has(type) && !notMarked.has(name));
  const marks: Marks = { marked: [], unmarked: [] };
  await rows.asOwner(async (tx) => {
    for (const column of columns) {
      const done = await markColumn(tx, schemaName, column, marker, mail);
      marks[done ? 'marked' : 'unmarked'].push(`${column.table}.${column.name}`);
    }
  });
  return marks;
}

/** Returns whether at least one row of the column was marked. Values that a constraint protects stay as they are. */
async function markColumn(tx: AdminTx, schema: string, column: Column, marker: string, mail: string): Promise<boolean> {
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(column.table)}`;
  const name = quoteIdentifier(column.name);
  let changed = 0;
  for (const [where, value] of valuesOf(column, name, marker, mail)) {
    const text = `with done as (update ${table} set ${name} = ${value} where ${name} ${where} returning 1) select count(*)::int as n from done`;
    await tx.run('savepoint mark');
    try {
      changed += (await tx.run<{ n: number }>(text))[0]!.n;
      await tx.run('release savepoint mark');
    } catch {
      await tx.run('rollback to savepoint mark');
    }
  }
  return changed > 0;
}

/** The updates that mark existing values and fill missing ones. The marker consists of letters and digits only. */
function valuesOf(
  { name, type }: Column,
  column: string,
  marker: string,
  mail: string,
): [where: string, value: string][] {
  if (type === 'text[]') return [['is not null', `array_append(${column}, '${marker}')`]];
  if (type === 'jsonb') return [['is not null', `${column} || jsonb_build_object('note', '${marker}')`]];
  if (name.endsWith('url')) return [[`is not distinct from ${column}`, `'https://${marker}.invalid/'`]];
  if (name === 'email') return [[`is not distinct from ${column}`, `md5(ctid::text) || '.${marker}@${mail}'`]];
  return [
    ['is not null', `${column} || ' ${marker}'`],
    ['is null', `'${marker} ' || md5(ctid::text)`],
  ];
}

/** Rows of a table, and the rows of other tables that refer to them by a column. */
export interface RelatedRows {
  table: string;
  column: string;
  ids: readonly string[];
}

/** Appends a word to one text of each of these rows. */
export async function hideRows(
  rows: TenantRows,
  schemaName: string,
  related: RelatedRows,
  word: string,
): Promise<void> {
  const all = await rows.columns();
  const members = all.filter(({ name, table }) => name === (table === related.table ? 'id' : related.column));
  await rows.asOwner(async (tx) => {
    for (const { table, name: key } of members) {
      const text = all.find((each) => each.table === table && /^(name|title|content|description)$/.test(each.name));
      if (!text) continue;
      const name = quoteIdentifier(text.name);
      await tx.run(
        `update ${quoteIdentifier(schemaName)}.${quoteIdentifier(table)} set ${name} = coalesce(${name}, '') || ' ${word}' where ${quoteIdentifier(key)} = any($1::uuid[])`,
        [related.ids],
      );
    }
  });
}
