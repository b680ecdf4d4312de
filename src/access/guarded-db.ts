import { and, type InferSelectModel, relationsFilterToSQL, type SQL, sql, type Table } from 'drizzle-orm';
import type { Viewer } from '../identity/viewer.ts';
import { type Relations, relations } from '../relations.ts';
import type { TenantDb } from '../tenancy/tenant-session.ts';
import { type RowRule, rowRuleOf, type TableName, type WhereOf } from './row-rules.ts';
import { byRights, untracked } from './tracked-viewer.ts';

type Filter = Record<string, unknown>;
type Config = { where?: Filter; with?: Record<string, Config | boolean | undefined>; [key: string]: unknown };
type TableConfig = Relations[TableName];

const nothing: Filter = { RAW: sql`false` };
const configs = relations as unknown as Record<string, TableConfig>;

/** Reads rows of a table. Pothos makes the configurations from the fields that the document selects. */
interface GuardedQuery<Row> {
  findMany(config: object): Promise<Row[]>;
  findFirst(config: object): Promise<Row | undefined>;
}

/** The read methods of drizzle for the graph. Every statement contains the viewer's row rules. */
export interface GuardedDb {
  readonly _: TenantDb['_'];
  readonly query: { readonly [T in TableName]: GuardedQuery<InferSelectModel<Relations[T]['table']>> };
  /**
   * Reads rows whose visibility was decided for each viewer before: see `SharedDecisions`. The row rule is added all
   * the same, but does not make the result personal.
   */
  findDecided<T extends TableName>(table: T, config: object): Promise<InferSelectModel<Relations[T]['table']>[]>;
  readonly $count: TenantDb['$count'];
  readonly select: TenantDb['select'];
  /** The same data without row rules, for statements that contain the rules themselves. */
  readonly unguarded: TenantDb;
  /** Evaluates a condition on the tenant's data without row rules. It must not reveal any single row. */
  holds(condition: SQL): Promise<boolean>;
  /** The number of matching rows that the viewer may see. */
  count<T extends TableName>(table: T, where?: WhereOf<T>): Promise<number>;
  /** Runs a statement over the rows that match and that the viewer may see. It must add the rules of other tables. */
  grouped<T extends TableName>(
    table: T,
    where: WhereOf<T> | undefined,
    statement: (visible: SQL | undefined) => SQL,
  ): Promise<readonly Record<string, unknown>[]>;
  /** A filter as a condition for `select`, without the rule of the table itself, which `select` adds. */
  matching<T extends TableName>(table: T, where: WhereOf<T> | undefined): SQL | undefined;
}

function relationTarget(table: string, key: string): string | undefined {
  const relation = (configs[table]?.relations as Record<string, { targetTableName: string }> | undefined)?.[key];
  return relation?.targetTableName;
}

const guardedFilters = new WeakSet<Filter>();

/** Adds the row rules of all tables that the filter reaches through relations. Idempotent. */
function guardFilter(table: string, where: Filter, viewer: Viewer): Filter {
  if (guardedFilters.has(where)) return where;
  const guarded: Filter = {};
  guardedFilters.add(guarded);
  for (const [key, value] of Object.entries(where)) {
    if (value === undefined) continue;
    const target = relationTarget(table, key);
    if (key === 'AND' || key === 'OR')
      guarded[key] = (value as Filter[]).map((part) => guardFilter(table, part, viewer));
    else if (key === 'NOT') guarded[key] = guardFilter(table, value as Filter, viewer);
    else if (target) guarded[key] = restrict(target, value === true ? undefined : (value as Filter), viewer) ?? true;
    else guarded[key] = value;
  }
  return guarded;
}

/**
 * The filter of a connection under a row, with the row rules of the tables that it reaches. Pothos turns this filter
 * into the SQL of `totalCount` itself, so the guarded client cannot add the rules later.
 */
export const guardWhere = <T extends TableName>(table: T, where: WhereOf<T>, viewer: Viewer): WhereOf<T> =>
  guardFilter(table, where as Filter, viewer) as WhereOf<T>;

/** The rule for the viewer. One that depends on its rights alone does not make what is read personal. */
function ruleOf(table: string, viewer: Viewer): RowRule {
  const rule = byRights(viewer, (of) => rowRuleOf(table, of));
  const isFinal = typeof rule === 'string' || untracked(viewer) === viewer;
  return isFinal ? rule : rowRuleOf(table, viewer);
}

/** The filter for matching rows that the viewer may see; undefined for all rows. */
function restrict(table: string, where: Filter | undefined, viewer: Viewer, own = viewer): Filter | undefined {
  const rule = ruleOf(table, own);
  if (rule === 'none') return nothing;
  const asked = where && guardFilter(table, where, viewer);
  if (rule === 'all') return asked;
  return asked ? { AND: [rule as Filter, asked] } : (rule as Filter);
}

/** The same filter for compiled statements, which do not use a guarded client. */
export const visibleFilter = restrict;

function guardConfig(table: string, config: Config, viewer: Viewer, own = viewer): Config {
  const where = restrict(table, config.where, viewer, own);
  const guarded: Config = { ...config };
  if (where) guarded.where = where;
  if (config.with) {
    guarded.with = Object.fromEntries(
      Object.entries(config.with).map(([name, nested]) => {
        const target = relationTarget(table, name);
        if (!target || !nested) return [name, nested];
        return [name, guardConfig(target, nested === true ? {} : nested, viewer)];
      }),
    );
  }
  return guarded;
}

/** A filter as SQL over the table itself. */
function toSql(table: string, filter: Filter | undefined): SQL | undefined {
  const config = configs[table];
  if (!filter || !config) return undefined;
  return relationsFilterToSQL(config.table, filter as never, config.relations, relations);
}

/** The filter for matching, visible rows as SQL over the table itself, for counts. */
function ruleSql(table: string, where: Filter | undefined, viewer: Viewer): SQL | undefined {
  return toSql(table, restrict(table, where, viewer));
}

const nameOfTable = new Map<unknown, string>(Object.entries(configs).map(([name, config]) => [config.table, name]));

const junctions = new Set<unknown>(
  Object.values(configs).flatMap(({ relations: of }) => Object.values(of).map(({ throughTable }) => throughTable)),
);

function ruleOfTable(table: unknown, viewer: Viewer): SQL | undefined {
  const name = nameOfTable.get(table);
  // A junction only connects two rows, each of which has its own rule
  if (name === undefined && junctions.has(table)) return undefined;
  if (name === undefined) throw new Error('Only tables in the relations can be read from the graph');
  return ruleSql(name, undefined, viewer);
}

/** The rule of a table as a condition over the table itself; undefined when it holds for every row. */
export const conditionOf = ruleOfTable;

type Selectable = { from(table: unknown): Joinable };
type Joinable = { innerJoin(table: unknown, on: SQL): Joinable; where(filter?: SQL): unknown };

function guardSelect(select: Selectable, viewer: Viewer): Selectable {
  const wrap = (query: Joinable, rule: SQL | undefined): Joinable => ({
    innerJoin: (table, on) => wrap(query.innerJoin(table, on), rule),
    where: (filter) => query.where(and(rule, filter)),
  });
  return { from: (table) => wrap(select.from(table), ruleOfTable(table, viewer)) };
}

/** The guarded client of a viewer: it adds the row rules to every query by itself, so no field can forget them. */
export function guardDb(db: TenantDb, viewer: Viewer): GuardedDb {
  const unguarded = db.query as unknown as Record<
    string,
    { findMany(c: Config): unknown; findFirst(c: Config): unknown }
  >;
  const query = new Proxy(unguarded, {
    get(target, table: string) {
      const builder = target[table];
      return (
        builder && {
          findMany: (config: Config = {}) => builder.findMany(guardConfig(table, config, viewer)),
          findFirst: (config: Config = {}) => builder.findFirst(guardConfig(table, config, viewer)),
        }
      );
    },
  });
  const $count = (table: Table, filter?: SQL) => db.$count(table as never, and(ruleOfTable(table, viewer), filter));
  return {
    _: db._,
    query: query as never,
    findDecided: (table, config) =>
      unguarded[table]!.findMany(guardConfig(table, config as Config, viewer, untracked(viewer))) as never,
    $count: $count as never,
    select: ((fields: never) => guardSelect(db.select(fields) as unknown as Selectable, viewer)) as never,
    unguarded: db,
    holds: async (condition) => {
      const [row] = await db.execute<{ holds: boolean }>(sql`select ${condition} as holds`);
      return row!.holds;
    },
    count: async (table, where) => db.$count(configs[table]!.table as never, ruleSql(table, where as Filter, viewer)),
    grouped: async (table, where, statement) =>
      db.execute<Record<string, unknown>>(statement(ruleSql(table, where as Filter | undefined, viewer))),
    matching: (table, where) => toSql(table, where && guardFilter(table, where as Filter, viewer)),
  };
}
