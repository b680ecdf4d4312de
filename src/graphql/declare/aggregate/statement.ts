import { createHash } from 'node:crypto';
import { aliasedTable, type Column, relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { visibleFilter } from '../../../access/guarded-db.ts';
import type { TableName } from '../../../access/row-rules.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { relations } from '../../../relations.ts';
import { prepared } from '../request-placeholder.ts';
import type { Field } from '../resource/fields.ts';
import { isReference, type Key, type Reference } from './dimensions.ts';
import { forbiddenField, type Measure, measureSql } from './measures.ts';
import { periodOf } from './periods.ts';

/** One level of the order of the groups: the id of a key or measure. */
export interface Level {
  id: string;
  direction: 'asc' | 'desc';
}

/** What a request asks for. */
export interface Question {
  keys: readonly Key[];
  measures: readonly Measure[];
  order: readonly Level[];
  /** A condition on the groups, made of the values of measures. */
  having(measured: (id: string) => SQL): SQL | undefined;
}

/** The rows that are grouped: those that match and that the viewer may see. */
export interface GroupedRows {
  /** The table, under its alias if it has one. */
  table: Table;
  from: SQL;
  where: SQL | undefined;
}

/** The values of a request that a statement contains, besides the question. They may be placeholders. */
interface RequestValues {
  viewer: Viewer;
  zone: unknown;
  rows: GroupedRows;
  limit: unknown;
  offset: unknown;
}

/** The rows of a table that stands in the statement under its own name. */
export function wholeTable(name: TableName, where: SQL | undefined): GroupedRows {
  const table = relations[name].table as Table;
  return { table, from: sql`${table}`, where };
}

/** The groups as a statement, and its columns by the ids of the keys and measures. */
export interface Groups {
  sql: SQL;
  columns: ReadonlyMap<string, string>;
}

/** The columns of every group, besides those of keys and measures. */
export const groupColumns = { cursor: 'cursor', hasNext: 'has_next' } as const;

const nameOf = (name: string): SQL => sql`${sql.identifier(name)}`;
const list = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `);

/** Binds a cursor to the groups and their order. */
export const fingerprintOf = ({ keys, order }: Pick<Question, 'keys' | 'order'>): string =>
  createHash('sha256')
    .update(JSON.stringify([keys.map(({ id }) => id), order]))
    .digest('base64url')
    .slice(0, 10);

/**
 * The statement in three levels: it selects the keys and measured columns of the rows, groups them, and converts the
 * values of the groups to the answer's form. It reads one group more than requested, to see whether others follow.
 * Throws FORBIDDEN for fields that the viewer may not read.
 */
export function groupsStatement(question: Question, request: RequestValues): Groups {
  const { keys, measures } = question;
  requirePermissions(question, request.viewer);
  const rows = new Rows(request);
  const keyNames = new Map(keys.map((key, place) => [key.id, `k${place}`]));
  const keyValues = keys.map((key, place) => sql`${rows.valueOf(key)} as ${nameOf(`k${place}`)}`);
  const taken = measures.map((measure, place) => ({ ...measure, name: `m${place}`, value: nameOf(`v${place}`) }));
  const values = taken.flatMap(({ of, value }) => (of ? [sql`${rows.measured(of.field)} as ${value}`] : []));
  const measured = new Map(taken.map((measure) => [measure.id, measureSql(measure, measure.value)]));
  const places = [...keyNames.values()].map(nameOf);
  const order = orderOf(question, keyNames, measured);
  const having = question.having((id) => measured.get(id)!);
  const grouped = [
    ...places,
    ...taken.map(({ id, name }) => sql`${measured.get(id)!} as ${nameOf(name)}`),
    sql`row_number() over (${order}) as place`,
  ];
  const more = prepared(request.limit, (limit) => Number(limit) + 1);
  const inner = list([...keyValues, ...values, sql`1 as one`]);
  const groups = sql`select ${list(grouped)} from (select ${inner} from ${rows.from}) as r${
    places.length ? sql` group by ${list(places)}` : sql``
  }${having ? sql` having ${having}` : sql``} order by place limit ${more} offset ${request.offset}`;
  const shown = [
    ...keys.map((key) => {
      const name = nameOf(keyNames.get(key.id)!);
      return sql`${shownKey(key, name)} as ${name}`;
    }),
    ...taken.map((measure) => sql`${shownMeasure(measure, nameOf(measure.name))} as ${nameOf(measure.name)}`),
    sql`place::text || ${sql.raw(`'.${fingerprintOf(question)}'`)} as ${nameOf(groupColumns.cursor)}`,
    sql`place < max(place) over () as ${nameOf(groupColumns.hasNext)}`,
  ];
  return {
    sql: sql`select ${list(shown)} from (${groups}) as g order by place limit ${request.limit}`,
    columns: new Map([
      ...keyNames,
      ...taken.map(({ id, name }): [string, string] => [id, name]),
      ...Object.values(groupColumns).map((name): [string, string] => [name, name]),
    ]),
  };
}

function requirePermissions({ keys, measures }: Question, { permissions }: Viewer): void {
  const fields = [
    ...keys.flatMap((key) => [...key.path, ...(key.field ? [key.field] : [])]),
    ...measures.flatMap(({ of }) => (of ? [of.field] : [])),
  ];
  for (const field of fields)
    if (field.options.needs && !permissions.has(field.options.needs)) throw forbiddenField(field);
}

/** Texts are ordered by ICU's root collation, whatever the locale of the server; null comes last. */
function orderOf({ order, keys }: Question, keyNames: ReadonlyMap<string, string>, measured: ReadonlyMap<string, SQL>) {
  const levels = new Map(order.map((level) => [level.id, level.direction]));
  for (const { id } of keys) if (!levels.has(id)) levels.set(id, 'asc');
  const parts = [...levels].map(([id, direction]) => {
    const key = keys.find((each) => each.id === id);
    const value = key ? nameOf(keyNames.get(id)!) : measured.get(id)!;
    const isText = key?.field?.kind.scalar === 'String';
    return sql`${value}${sql.raw(`${isText ? ' collate "und-x-icu"' : ''} ${direction} nulls last`)}`;
  });
  return parts.length ? sql`order by ${list(parts)}` : sql``;
}

/** The rows that are grouped, joined with the rows that they refer to and the viewer may see. */
class Rows {
  readonly #request: RequestValues;
  readonly #joins = new Map<string, { table: Table; join: SQL }>();

  constructor(request: RequestValues) {
    this.#request = request;
  }

  /** A column of the rows. */
  column(name: string): SQL {
    return columnOf(this.#request.rows.table, name);
  }

  /** The value of a field; null for a reference to a row that a row rule hides. */
  measured(field: Field): SQL {
    return isReference(field) ? this.#idOf([field]) : this.column(field.column);
  }

  valueOf({ path, field, unit }: Key): SQL {
    if (!field) return this.#idOf(path);
    const value = columnOf(this.#joined(path), field.column);
    return unit ? periodOf(value, field.kind.scalar === 'DateTime', unit, this.#request.zone) : value;
  }

  get from(): SQL {
    const joins = [...this.#joins.values()].map(({ join }) => join);
    const { from, where } = this.#request.rows;
    return sql`${from}${sql.join(joins)}${where ? sql` where ${where}` : sql``}`;
  }

  /** The id of the row that the path leads to; null if a row rule hides it. */
  #idOf(path: readonly Reference[]): SQL {
    const last = path.at(-1);
    if (!last) return this.column('id');
    if (visibleFilter(last.reference.target, undefined, this.#request.viewer))
      return columnOf(this.#joined(path), 'id');
    return columnOf(this.#joined(path.slice(0, -1)), last.column);
  }

  #joined(path: readonly Reference[]): Table {
    const last = path.at(-1);
    if (!last) return this.#request.rows.table;
    const at = path.map(({ key }) => key).join('.');
    const known = this.#joins.get(at);
    if (known) return known.table;
    const { target } = last.reference;
    const from = columnOf(this.#joined(path.slice(0, -1)), last.column);
    const { table: rows, relations: related } = relations[target];
    const alias = `j${this.#joins.size}`;
    const table = aliasedTable(rows as never, alias) as Table;
    const rule = visibleFilter(target, undefined, this.#request.viewer);
    const visible = rule && relationsFilterToSQL(table as never, rule as never, related, relations);
    const join = sql` left join ${rows} as ${nameOf(alias)} on ${columnOf(table, 'id')} = ${from}${
      visible ? sql` and ${visible}` : sql``
    }`;
    this.#joins.set(at, { table, join });
    return table;
  }
}

const columnOf = (table: Table, key: string): SQL => sql`${(table as unknown as Record<string, Column>)[key]!}`;

const range = {
  LocalDate: [sql.raw(`'0001-01-01'::date`), sql.raw(`'9999-12-31'::date`)],
  DateTime: [sql.raw(`'0001-01-01Z'::timestamptz`), sql.raw(`'9999-12-31T23:59:59.999Z'::timestamptz`)],
} as const;

/** Old rows may hold years that clients cannot parse. A `case`, because `greatest` and `least` ignore null. */
function shownTime(scalar: 'LocalDate' | 'DateTime', value: SQL): SQL {
  const [first, last] = range[scalar];
  const within = sql`case when ${value} < ${first} then ${first} when ${value} > ${last} then ${last} else ${value} end`;
  if (scalar === 'LocalDate') return sql`(${within})::text`;
  return sql`to_char((${within}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function shownKey({ field, unit }: Key, value: SQL): SQL {
  if (!field) return sql`${value}::text`;
  if (unit) return shownTime('LocalDate', value);
  return field.kind.scalar === 'Decimal' ? sql`trim_scale(${value})::text` : value;
}

function shownMeasure({ of }: Measure, value: SQL): SQL {
  if (!of || of.name === 'countDistinct') return value;
  if (of.name.endsWith('Day')) return shownTime('LocalDate', value);
  if (of.name.endsWith('Instant')) return shownTime('DateTime', value);
  return sql`trim_scale(${value}::numeric)::text`;
}
