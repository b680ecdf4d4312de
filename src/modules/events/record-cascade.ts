import { and, eq, getColumns, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { TableName } from '../../access/row-rules.ts';
import type { IdTable } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { relations } from '../../relations.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { isLogged } from './confidential.ts';
import { type ReferenceTo, referencesTo } from './references-to.ts';
import { typesOfRows } from './row-types.ts';
import { events } from './tables.ts';

type Columns = Record<string, PgColumn>;

const tableOf = (name: TableName): IdTable => relations[name].table as IdTable;
const columnsOf = (name: TableName): Columns => getColumns(tableOf(name)) as Columns;

/**
 * Records an event for every object that is deleted with a row, and for every object whose reference to a deleted one
 * is cleared: the database does both through foreign keys when it deletes the row. Call it before the deletion.
 *
 * Locks parents before their parts, so that no part is added after the parts were recorded: a transaction that adds one
 * must refer to a locked row, waits, and then finds that row deleted.
 */
export async function recordCascade(tx: TenantTx, viewer: Viewer, typename: string, id: string): Promise<void> {
  const root = typesOfRows().find((each) => each.typename === typename)?.table;
  if (root === undefined || referencesTo(tableOf(root)).length === 0) return;
  const cascade = new Cascade(root, id, viewer);
  for (const table of cascade.tables) if (referencesTo(tableOf(table)).length) await lock(tx, table, cascade);
  for (const table of cascade.tables)
    for (const reference of cascade.cleared(table)) await clear(tx, viewer, reference, cascade);
  for (const table of cascade.tables.toReversed())
    if (table !== root) await recordDeletions(tx, viewer, table, cascade);
}

/** The rows deleted with one row, by table. Tables come after those that they refer to. */
class Cascade {
  readonly tables: TableName[];
  readonly #root: TableName;
  readonly #id: string;
  readonly #modules: Viewer['modules'];
  readonly #parents = new Map<TableName, ReferenceTo[]>();

  constructor(root: TableName, id: string, { modules }: Viewer) {
    this.#root = root;
    this.#id = id;
    this.#modules = modules;
    const found = new Set<TableName>();
    const visit = (table: TableName): void => {
      if (found.has(table)) return;
      for (const reference of this.#references(table, 'cascade')) visit(reference.table);
      found.add(table);
    };
    visit(root);
    this.tables = [...found].reverse();
    for (const parent of this.tables)
      for (const reference of this.#references(parent, 'cascade')) {
        const known = this.#parents.get(reference.table) ?? [];
        this.#parents.set(reference.table, [...known, { ...reference, table: parent }]);
      }
  }

  /** Columns that become null because they refer to deleted rows of the table. */
  cleared(table: TableName): { reference: ReferenceTo; to: TableName }[] {
    return this.#references(table, 'set null').map((reference) => ({ reference, to: table }));
  }

  /** Whether a row of the table is deleted, as SQL; undefined if none is. */
  condition(table: TableName): SQL | undefined {
    if (table === this.#root) return eq(tableOf(table).id, this.#id);
    const parents = this.#parents.get(table) ?? [];
    return or(...parents.map(({ table: parent, column }) => this.refersTo(column, parent)));
  }

  refersTo(column: PgColumn, parent: TableName): SQL {
    const { id } = tableOf(parent);
    return sql`${column} in (select ${id} from ${tableOf(parent)} where ${this.condition(parent)})`;
  }

  /** The tables of a module that is switched off may not exist. */
  #references(table: TableName, onDelete: ReferenceTo['onDelete']): ReferenceTo[] {
    return referencesTo(tableOf(table)).filter((reference) => {
      const module = typesOfRows().find((each) => each.table === reference.table)?.module;
      return reference.onDelete === onDelete && !(module && this.#modules?.has(module) === false);
    });
  }
}

async function lock(tx: TenantTx, table: TableName, cascade: Cascade): Promise<void> {
  const { id } = tableOf(table);
  await tx.execute(sql`select count(*) from (
    select 1 from ${tableOf(table)} where ${cascade.condition(table)} order by ${id} for update) as locked`);
}

async function recordDeletions(tx: TenantTx, viewer: Viewer, table: TableName, cascade: Cascade): Promise<void> {
  const typename = typenameOf(table);
  if (typename === undefined) return;
  const rows = sql`${tableOf(table)} where ${cascade.condition(table)} order by ${tableOf(table).id}`;
  await tx.execute(
    insertEvents(viewer, typename, 'deleted', { id: sql`${tableOf(table).id}`, before: valuesOf(table), rows }),
  );
}

async function clear(
  tx: TenantTx,
  viewer: Viewer,
  { reference: { table, column }, to }: { reference: ReferenceTo; to: TableName },
  cascade: Cascade,
): Promise<void> {
  const typename = typenameOf(table);
  if (typename === undefined) return;
  const { id } = tableOf(table);
  const goes = cascade.condition(table);
  const stays = and(cascade.refersTo(column, to), goes && sql`not coalesce(${goes}, false)`);
  const key = Object.entries(columnsOf(table)).find(([, each]) => each === column)![0];
  const before = sql`jsonb_build_object(${sql.raw(`'${key}'`)}::text, ${column})`;
  const after = sql`jsonb_build_object(${sql.raw(`'${key}'`)}::text, null)`;
  const rows = sql`${tableOf(table)} where ${stays} order by ${id} for update`;
  const changed = await tx.execute<{ resource_id: string }>(
    insertEvents(viewer, typename, 'updated', { id: sql`${id}`, before, after, rows }),
  );
  if (changed.length === 0) return;
  const { version } = columnsOf(table);
  const counted = version ? sql`, version = ${version} + 1` : sql``;
  await tx.execute(sql`update ${tableOf(table)} set ${sql.identifier(column.name)} = null${counted} where ${stays}`);
}

interface Recorded {
  id: SQL;
  before: SQL;
  after?: SQL;
  rows: SQL;
}

/** Inserts the events in the database, without fetching the rows: a project may have a hundred thousand parts. */
function insertEvents(viewer: Viewer, typename: string, verb: string, { id, before, after, rows }: Recorded): SQL {
  const action = `${typename[0]!.toLowerCase()}${typename.slice(1)}.${verb}`;
  return sql`insert into ${events} (id, actor_id, action, resource_type, resource_id, before, after)
    select gen_random_uuid(), ${viewer.profileId}::uuid, ${action}, ${typename}, part.id, part.before, part.after
    from (select ${id} as id, ${before} as before, ${after ?? sql`null::jsonb`} as after from ${rows}) as part
    returning resource_id`;
}

const typenameOf = (table: TableName): string | undefined =>
  typesOfRows().find((each) => each.table === table)?.typename;

/** The columns of a row as events record them: exact numbers as text, instants in ISO 8601. */
function valuesOf(table: TableName): SQL {
  const pairs = Object.entries(columnsOf(table)).flatMap(([key, column]) => {
    if (key === 'search' || !isLogged(table, key)) return [];
    return [sql`${sql.raw(`'${key}'`)}::text, ${shown(column)}`];
  });
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}

function shown(column: PgColumn): SQL {
  const type = column.getSQLType();
  if (type.startsWith('numeric')) return sql`${column}::text`;
  if (type.startsWith('timestamp')) return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return sql`${column}`;
}
