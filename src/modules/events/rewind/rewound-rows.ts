import { getColumns, getTableName, type Table } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../../../db/identifier.ts';
import { isLogged } from '../confidential.ts';
import { tableOf, tablesByName } from '../references-to.ts';
import { typesOfRows } from '../row-types.ts';
import { type Log, literal, rewindingOf } from './rewinding.ts';

/*
 * The rows of a moment are found from the present ones and from the undone events: those after the moment. For each row
 * its first undone event says whether it existed; for each of its columns, the first undone event that replaced a value
 * has the value of the moment. Rows that are gone come from their deletion events, and from the trash. Nothing is
 * replayed, so no order of changes can fail, and no constraint is checked before all rows are in place.
 */

/** SQL that selects the rows of each table at the moment of the log, by the table's name in the database. */
export function rewoundRows(log: Log): ReadonlyMap<string, string> {
  const definitions = parentsFirst().map((name) => new RewoundTable(name, log));
  const known = new Map(definitions.map((each) => [each.name, each]));
  return new Map(definitions.map((each) => [each.name, withAncestors(each, known)]));
}

function withAncestors(table: RewoundTable, known: ReadonlyMap<string, RewoundTable>): string {
  const needed = new Set<string>();
  const visit = (each: RewoundTable): void => {
    for (const parent of each.parents()) if (!needed.has(parent)) visit(known.get(parent)!);
    needed.add(each.name);
  };
  visit(table);
  const parts = [...known.values()].filter(({ name }) => needed.has(name));
  return `(with ${parts.map((part) => `${part.alias} as (${part.sql()})`).join(', ')} select t.* from ${table.alias} as t)`;
}

/** The names of all tables in the program, referenced tables first. */
function parentsFirst(): string[] {
  const order = new Set<string>();
  const byTable = new Map<Table, string>([...tablesByName()].map(([name, table]) => [table, name]));
  const visit = (name: string): void => {
    if (order.has(name)) return;
    for (const { target } of keysOf(tableOf(name))) visit(byTable.get(target)!);
    order.add(name);
  };
  for (const name of tablesByName().keys()) visit(name);
  return [...order];
}

/** The references of a table to others by their ids. */
const keysOf = (table: Table): { column: PgColumn; target: Table; clears: boolean }[] =>
  getTableConfig(table as PgTable).foreignKeys.flatMap(({ reference, onDelete }) => {
    const { columns, foreignTable } = reference();
    if ((foreignTable as Table) === table) return [];
    return [{ column: columns[0]!, target: foreignTable, clears: onDelete === 'set null' }];
  });

class RewoundTable {
  readonly name: string;
  readonly alias: string;
  readonly #program: string;
  readonly #table: Table;
  readonly #log: Log;
  readonly #columns: [key: string, column: PgColumn][];
  readonly #key: PgColumn[];

  constructor(program: string, log: Log) {
    this.#program = program;
    this.#table = tableOf(program);
    this.#log = log;
    this.name = getTableName(this.#table);
    this.alias = quoteIdentifier(`${this.name}_then`);
    const columns = getColumns(this.#table) as Record<string, PgColumn>;
    this.#columns = Object.entries(columns).filter(([, column]) => column.getSQLType() !== 'tsvector');
    const key = rewindingOf(this.#table)?.key ?? (columns.id ? ['id'] : []);
    this.#key = key.map((each) => columns[each]!);
  }

  parents = (): string[] => keysOf(this.#table).map(({ target }) => getTableName(target));

  sql(): string {
    const { only } = rewindingOf(this.#table) ?? {};
    if (only) return `select t.* from ${this.#present} as t where ${only(this.#log)} and ${this.#parentsExist('t')}`;
    if (this.#key.length === 0) return `select t.* from ${this.#present} as t`;
    const keys = this.#keys.join(', ');
    return `with undone as (${this.#undone().join(' union all ')}),
      first as (select distinct on (${keys}) ${keys}, made from undone order by ${keys}, era, seq),
      former as (select ${keys}, jsonb_object_agg(name, value) as columns from (
        select distinct on (${keys}, names.name) ${keys}, names.name, each.value
        from undone cross join lateral jsonb_each(before) as each join (values ${this.#names()}) as names (key, name) on names.key = each.key
        order by ${keys}, names.name, era, seq) as known group by ${keys}),
      kept as (${this.#kept()}),
      base as (${this.#base()})
      select ${this.#values()} from base left join former using (${keys})
      cross join lateral jsonb_populate_record(base.kept_row, coalesce(former.columns, '{}')) as t
      where ${this.#isKnown()} and ${this.#parentsExist('t')}`;
  }

  /** A row that was deleted without an event, as maintenance does, has no key: its other events name what changed. */
  #isKnown = (): string => this.#key.map(({ name }) => `t.${quoteIdentifier(name)} is not null`).join(' and ');

  get #present(): string {
    return `${quoteIdentifier(this.#log.schema)}.${quoteIdentifier(this.name)}`;
  }

  get #keys(): string[] {
    return this.#key.map((_, place) => `key_${place}`);
  }

  #names = (): string => this.#columns.map(([key, { name }]) => `(${literal(key)}, ${literal(name)})`).join(', ');

  /** The key as columns of a select. */
  #keyFrom = (expressionOf: (column: PgColumn) => string): string =>
    this.#key.map((column, place) => `${expressionOf(column)} as key_${place}`).join(', ');

  #undone(): string[] {
    const type = typesOfRows().find(({ table }) => table === this.#program)?.typename;
    const declared = (rewindingOf(this.#table)?.sources ?? []).map((source) => source(this.#log));
    const none = `select ${this.#keyFrom((column) => `null::${column.getSQLType()}`)}, 0 as era, 0::bigint as seq,
      null::jsonb as before, false as made where false`;
    return [none, ...(type === undefined ? [] : [this.#ownEvents(type), this.#imported(type)]), ...declared];
  }

  #ownEvents(type: string): string {
    const byId = this.#key.length === 1 && this.#key[0]!.name === 'id';
    const key = byId
      ? 'resource_id as key_0'
      : this.#keyFrom((column) => this.#recorded('coalesce(before, after)', column));
    return `select ${key}, era, seq, before, before is null as made from ${this.#log.later} as e
      where resource_type = ${literal(type)} and coalesce(before, after) is not null`;
  }

  #recorded(values: string, column: PgColumn): string {
    const [key] = this.#columns.find(([, each]) => each === column)!;
    return `(${values} ->> ${literal(key)})::${column.getSQLType()}`;
  }

  /** Imports record one event for many rows. */
  #imported(type: string): string {
    return `select ${this.#keyFrom(({ name }) => `t.${quoteIdentifier(name)}`)}, era, seq, null, true
      from ${this.#log.later} as e
      cross join lateral jsonb_array_elements_text(e.after -> 'created' -> ${literal(type)}) as made (id)
      join ${this.#present} as t on t.id = made.id::uuid where e.action = 'import.batchWritten'`;
  }

  /** Rows in the trash whose deletion is undone. */
  #kept(): string {
    const schema = quoteIdentifier(this.#log.schema);
    const type = typesOfRows().find(({ table }) => table === this.#program)?.typename ?? '';
    const deletion = `exists (select from ${this.#log.later} as e where e.resource_type = item.resource_type
      and e.resource_id = item.resource_id and e.action like '%.deleted')`;
    return `select distinct on (${this.#keys.join(', ')}) named.* from (
      select ${this.#keyFrom((column) => this.#inTrash(column))}, content, deleted_at from (
        select item.content, item.deleted_at from ${schema}.trash as item
        where item.resource_type = ${literal(type)} and ${deletion}
        union all select part.content, item.deleted_at from ${schema}.trash as item
        join ${schema}.trash_parts as part on part.trash_id = item.id
        where part.table_name = ${literal(this.name)} and part.cleared is null and ${deletion}) as found) as named
      order by ${this.#keys.join(', ')}, deleted_at desc`;
  }

  #inTrash = (column: PgColumn): string => `(content ->> ${literal(column.name)})::${column.getSQLType()}`;

  #base(): string {
    const key = this.#keyFrom(({ name }) => `t.${quoteIdentifier(name)}`);
    const same = (one: string, other: string) =>
      this.#keys.map((each) => `${one}.${each} = ${other}.${each}`).join(' and ');
    const present = `select ${key}, t as kept_row from ${this.#present} as t`;
    const gone = this.#keys.map((each) => `coalesce(first.${each}, kept.${each}) as ${each}`).join(', ');
    return `select now.* from (${present}) as now where not exists (select from first where ${same('first', 'now')} and made)
      union all select gone.* from (
        select ${gone}, jsonb_populate_record(null::${this.#present}, coalesce(kept.content, '{}')) as kept_row
        from first full join kept using (${this.#keys.join(', ')}) where first.made is not true) as gone
      where not exists (select from (${present}) as now where ${same('now', 'gone')})`;
  }

  /** References to rows that did not exist then are cleared. Columns that are kept out of the log are empty. */
  #values(): string {
    const keys = keysOf(this.#table).filter(({ clears }) => clears);
    return this.#columns
      .map(([key, column]) => {
        const name = quoteIdentifier(column.name);
        const reference = keys.find((each) => each.column === column);
        if (reference) return `case when ${exists(reference, 't')} then t.${name} end as ${name}`;
        const isEmpty = column.notNull && !isLogged(this.#program, key);
        return isEmpty ? `coalesce(t.${name}, '') as ${name}` : `t.${name}`;
      })
      .join(', ');
  }

  #parentsExist(row: string): string {
    const required = keysOf(this.#table).filter(({ clears }) => !clears);
    return ['true', ...required.map((each) => exists(each, row))].join(' and ');
  }
}

function exists({ column, target }: { column: PgColumn; target: Table }, row: string): string {
  const value = `${row}.${quoteIdentifier(column.name)}`;
  return `(${value} is null or ${value} in (select id from ${quoteIdentifier(`${getTableName(target)}_then`)}))`;
}
