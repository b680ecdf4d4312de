import { and, or, relationsFilterToSQL, type SQL, sql } from 'drizzle-orm';
import type { TableName, WhereOf } from '../../../access/row-rules.ts';
import { rowsForEach } from '../../../access/rows-for-each.ts';
import { given, Statement } from '../../../access/statement.ts';
import { viewerStatement } from '../../../access/viewer-statement.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { AppError } from '../../../lib/errors.ts';
import { relations } from '../../../relations.ts';
import type { TenantDb } from '../../../tenancy/tenant-session.ts';
import type { EventPosition } from '../event-cursor.ts';
import { givenPosition, positionValues } from '../event-page.ts';
import { tableOf } from '../references-to.ts';
import { typenameOf } from '../row-events.ts';
import { type ChangedType, changedTypes } from './changed-types.ts';
import { expired } from './changes-cursor.ts';
import { asTheyWere, earlierVersions, mostRecent } from './past-rows.ts';

/** The most objects of one type that may appear or disappear because other objects changed. */
const mostAffected = 1_000;

/** The rows of one type that may have changed for the viewer. */
export interface Candidates {
  type: ChangedType;
  /** The rows that have events of their own. */
  ids: readonly string[];
  /** Filters for the rows whose visibility other events may have changed. */
  affected: readonly WhereOf<never>[];
}

/** Ids of rows, by type. */
export interface VisibleChanges {
  changed: ReadonlyMap<string, readonly string[]>;
  removed: ReadonlyMap<string, readonly string[]>;
}

type Kind = 'seen' | 'lost' | 'gained' | 'recent';
interface Found {
  typename: string;
  kind: Kind;
  ids: string[];
}

/**
 * Decides, in one statement, which of the rows the viewer sees now, and which ones it has lost sight of since the
 * position. A row that the viewer could never see is in neither group.
 */
export async function visibleChanges(
  db: TenantDb,
  viewer: Viewer,
  after: EventPosition,
  candidates: readonly Candidates[],
): Promise<VisibleChanges> {
  if (candidates.length === 0) return nothing;
  const name = nameOf(candidates);
  const make = (of: Viewer): SQL => statementOf(withRulesOf(of, candidates));
  const statement = name ? viewerStatement<Values>(name, viewer, make) : new Statement<Values>(make(viewer));
  const rows = await statement.run(db, { ...valuesOf(after, candidates), viewer });
  return resultOf(candidates, (rows as unknown as unknown[][]).map(foundIn));
}

/**
 * The same for several viewers with the same rights, in one statement. Returns CURSOR_EXPIRED, instead of throwing it,
 * for a viewer for whom too much has changed.
 */
export async function visibleChangesOfEach(
  db: TenantDb,
  viewers: readonly Viewer[],
  after: EventPosition,
  candidates: readonly Candidates[],
): Promise<(VisibleChanges | AppError)[]> {
  if (candidates.length === 0) return viewers.map(() => nothing);
  const found = await rowsForEach(db, viewers, {
    name: nameOf(candidates),
    make: (of) => statementOf(withRulesOf(of, candidates)),
    values: valuesOf(after, candidates),
  });
  return found.map((rows) => {
    try {
      return resultOf(candidates, rows.map(foundIn));
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  });
}

const nothing: VisibleChanges = { changed: new Map(), removed: new Map() };

const foundIn = (row: readonly unknown[]): Found => {
  const [typename, kind, ids] = row as [string, Kind, string[]];
  return { typename, kind, ids };
};

/** Names the statement of candidates; undefined if its text depends on more than their types. */
function nameOf(candidates: readonly Candidates[]): string | undefined {
  if (candidates.some(({ affected }) => affected.length > 0)) return undefined;
  return `changes of ${candidates.map(({ type }) => type.typename)}`;
}

/** The same candidates with the row rules of a viewer. */
function withRulesOf(viewer: Viewer, candidates: readonly Candidates[]): Candidates[] {
  const names = candidates.map(({ type }) => type.typename);
  const types = new Map(changedTypes(viewer, names).map((type) => [type.typename, type]));
  return candidates.map((each) => ({ ...each, type: types.get(each.type.typename)! }));
}

/** The statement; its placeholders are the keys of `valuesOf`. */
function statementOf(candidates: readonly Candidates[]): SQL {
  const restricted = candidates.filter(({ type }) => type.rule !== 'all');
  const parts = candidates.flatMap((each) => partsOf(each));
  if (restricted.length > 0) parts.push(tooManyRecent);
  const history = restricted.length > 0 ? sql`with ${historyOf(restricted)} ` : sql``;
  return sql`${history}${sql.join(parts, sql` union all `)}`;
}

type Values = Record<string, unknown>;

const idsOf = ({ typename }: ChangedType): string => `ids of ${typename}`;

function valuesOf(after: EventPosition, candidates: readonly Candidates[]): Values {
  const ids = candidates.map((each) => [idsOf(each.type), each.ids]);
  const restricted = candidates.filter(({ type }) => type.rule !== 'all');
  return { ...positionValues(after), ...Object.fromEntries(ids), restricted: restricted.flatMap((each) => each.ids) };
}

/** Throws CURSOR_EXPIRED if too much has changed. */
function resultOf(candidates: readonly Candidates[], found: readonly Found[]): VisibleChanges {
  requireFew(candidates, found);
  return {
    changed: grouped(found, ['seen', 'gained']),
    removed: grouped([...found, ...deletedOf(candidates, found)], ['lost']),
  };
}

const tooManyRecent = sql`select '' as typename, 'recent' as kind,
  case when (select count(*) from recent) > ${mostRecent} then array[gen_random_uuid()] else '{}' end as ids`;

function historyOf(restricted: readonly Candidates[]): SQL {
  const columns = new Map<TableName, Set<string>>();
  const tables = new Set<TableName>();
  for (const { type, affected } of restricted) {
    for (const [table, keys] of type.reach.columns) columns.set(table, (columns.get(table) ?? new Set()).union(keys));
    for (const { table } of type.reach.reached) tables.add(table);
    if (affected.length > 0) tables.add(type.table);
  }
  const types = [...tables].flatMap((table) => typenameOf(table) ?? []);
  return earlierVersions(givenPosition, columns, { types, ids: given('restricted') });
}

function requireFew(candidates: readonly Candidates[], found: readonly Found[]): void {
  const own = new Map(candidates.map(({ type, ids }) => [type.typename, ids.length]));
  const most = ({ kind, typename }: Found): number => (kind === 'recent' ? 0 : own.get(typename)! + mostAffected);
  if (found.some((each) => each.ids.length > most(each))) throw expired('too much has changed since');
}

function grouped(found: readonly Found[], kinds: readonly Kind[]): Map<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { typename, kind, ids: some } of found) {
    if (!kinds.includes(kind) || some.length === 0) continue;
    ids.set(typename, [...new Set([...(ids.get(typename) ?? []), ...some])]);
  }
  return ids;
}

/** Of a type whose rows the viewer sees all, those that no longer exist. */
function deletedOf(candidates: readonly Candidates[], found: readonly Found[]): Found[] {
  return candidates.flatMap(({ type: { typename, rule }, ids }) => {
    if (rule !== 'all') return [];
    const seen = new Set(found.find((each) => each.typename === typename)?.ids);
    return [{ typename, kind: 'lost' as const, ids: ids.filter((id) => !seen.has(id)) }];
  });
}

function partsOf({ type, affected }: Candidates): SQL[] {
  const { typename, table, rule, reach } = type;
  const part = (kind: Kind, query: SQL): SQL =>
    sql`select ${sql.raw(`'${typename}'`)} as typename, ${sql.raw(`'${kind}'`)} as kind, array(${query}) as ids`;
  const ids = sql`${given(idsOf(type))}::uuid[]`;
  const own = sql`${tableOf(table).id} = any(${ids})`;
  const visible = rule === 'all' ? undefined : toSql(table, rule);
  const rowsWhere = (chosen: SQL | undefined): SQL =>
    sql`select ${tableOf(table).id} from ${tableOf(table)} where ${and(chosen, visible)}`;
  const seen = part('seen', rowsWhere(own));
  if (rule === 'all') return [seen];
  const chosen = or(own, ...affected.map((filter) => toSql(table, filter)));
  const now = rowsWhere(chosen);
  const few = sql`limit cardinality(${ids}) + ${sql.raw(String(mostAffected + 1))}`;
  const lost = part('lost', minus(asTheyWere('ever', reach.columns, now), now, few));
  if (affected.length === 0) return [seen, lost];
  return [seen, lost, part('gained', minus(now, asTheyWere('then', reach.columns, now), few))];
}

const minus = (some: SQL, others: SQL, end: SQL): SQL => sql`select id from (${some} except ${others} ${end}) as rows`;

function toSql(table: TableName, filter: object): SQL | undefined {
  const config = relations[table];
  return relationsFilterToSQL(config.table, filter as never, config.relations, relations);
}
