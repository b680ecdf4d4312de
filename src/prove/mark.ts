import type { AdminTx } from '../db/admin.ts';
import { quoteIdentifier } from '../db/identifier.ts';
import type { Column, TenantRows } from './tenant-rows.ts';

export interface Marks {
  /** `table.column` with the marker in every row. */
  marked: string[];
  /** Those that hold no free text, or no rows. */
  unmarked: string[];
}

const textual = new Set(['text', 'character varying', 'text[]', 'jsonb']);
/**
 * Positions on a board, colors and names of kinds: no text of anybody, and the product would stumble over another one.
 */
const keptAsIs = new Set([
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
  'response_key',
]);

/** Writes a marker into every text of an organization, so that whatever shows a row shows whose it is. */
export async function markTexts(rows: TenantRows, schemaName: string, marker: string, mail: string): Promise<Marks> {
  const columns = (await rows.columns()).filter(({ type, name }) => textual.has(type) && !keptAsIs.has(name));
  const marks: Marks = { marked: [], unmarked: [] };
  await rows.asOwner(async (tx) => {
    for (const column of columns) {
      const done = await markColumn(tx, schemaName, column, marker, mail);
      marks[done ? 'marked' : 'unmarked'].push(`${column.table}.${column.name}`);
    }
  });
  return marks;
}

/** Whether the column took the marker in at least one row. What a constraint refuses stays as it is. */
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

/** How what is there, and what is not there yet, is marked. The marker is made of letters and digits alone. */
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

/** Rows of a table, and those of others that belong to one of them by a column. */
export interface Family {
  table: string;
  column: string;
  ids: readonly string[];
}

/** Adds a word to a text of each of these rows. */
export async function hideRows(rows: TenantRows, schemaName: string, family: Family, word: string): Promise<void> {
  const all = await rows.columns();
  const members = all.filter(({ name, table }) => name === (table === family.table ? 'id' : family.column));
  await rows.asOwner(async (tx) => {
    for (const { table, name: key } of members) {
      const text = all.find((each) => each.table === table && /^(name|title|content|description)$/.test(each.name));
      if (!text) continue;
      const name = quoteIdentifier(text.name);
      await tx.run(
        `update ${quoteIdentifier(schemaName)}.${quoteIdentifier(table)} set ${name} = coalesce(${name}, '') || ' ${word}' where ${quoteIdentifier(key)} = any($1::uuid[])`,
        [family.ids],
      );
    }
  });
}
