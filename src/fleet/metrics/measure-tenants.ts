import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { InstallationRoles } from '../../tenancy/installation.ts';
import { tenantNotFound } from '../../tenancy/tenant.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { patiently } from '../patience.ts';
import { byDatabase, type SurveyedPlace, surveyPlaces, type UnreachableDatabase } from '../survey.ts';
import { type Sizes, sizesOf } from './sizes.ts';
import { type SlowStatement, slowestStatements } from './slowest-statements.ts';

/** The size and activity of one tenant. */
export interface TenantMeasure {
  slug: string;
  schemaName: string;
  database: string;
  bytes: { tables: number; indexes: number };
  rows: number;
  /** Time of the last event of its log; null if there is none. */
  lastActivityAt: Date | null;
  /** The statements with the highest mean time, for a single tenant; null without pg_stat_statements. */
  slowest?: SlowStatement[] | null;
}

export interface MeasureOptions {
  /** Slug or schema name: measures this tenant only. */
  only?: string | undefined;
  /** Whether to count bytes and rows instead of using the statistics. */
  exact?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Measures {
  tenants: TenantMeasure[];
  away: UnreachableDatabase[];
}

/** Each page has a new connection, because a backend caches every table that it has read. */
const pageSize = 100;

/**
 * Measures tenants in all databases: one tenant by its files on disk, many by the database's statistics unless `exact`.
 * Throws TENANT_NOT_FOUND for an unknown `only`.
 */
export async function measureTenants(fleet: Fleet, options: MeasureOptions = {}): Promise<Measures> {
  const { only, signal, onProgress } = options;
  const names = only === undefined ? undefined : [only];
  const all = await patiently(fleet, () => surveyPlaces(fleet.catalog, names));
  const places = all.filter(({ organization }) => organization !== null);
  if (only !== undefined && places.length === 0) throw tenantNotFound(only);
  const measures: Measures = { tenants: [], away: [] };
  for (const [databaseId, there] of byDatabase(places)) {
    try {
      for (let at = 0; at < there.length && !signal?.aborted; at += pageSize) {
        const page = there.slice(at, at + pageSize);
        measures.tenants.push(...(await patiently(fleet, () => measurePage(fleet, page, options), { signal })));
        onProgress?.(measures.tenants.length, places.length);
      }
    } catch (error) {
      measures.away.push({ databaseId, name: there[0]!.databaseName, schemas: there.length, error });
    }
  }
  return measures;
}

async function measurePage(
  fleet: Fleet,
  places: readonly SurveyedPlace[],
  { only, exact = false }: MeasureOptions,
): Promise<TenantMeasure[]> {
  await using admins = adminsOf(fleet, places[0]!.databaseId);
  return await admins.use(async (admin, { roles }) => {
    const names = places.map(({ schemaName }) => schemaName);
    const sizes = await sizesOf(admin, names, exact || only !== undefined);
    const withEvents = names.filter((name) => sizes.get(name)?.hasEvents);
    const lastEvents = await admin.transaction((tx) => lastEventsOf(tx, roles, withEvents));
    const measures: TenantMeasure[] = [];
    for (const place of places) {
      const { tables, indexes, rows } = sizes.get(place.schemaName) ?? nothing;
      measures.push({
        slug: place.organization!.slug,
        schemaName: place.schemaName,
        database: place.databaseName,
        bytes: { tables, indexes },
        rows: exact ? await admin.transaction((tx) => countRows(tx, roles, place.schemaName)) : rows,
        lastActivityAt: lastEvents.get(place.schemaName) ?? null,
        ...(only !== undefined && { slowest: await slowestStatements(admin, place.roleName) }),
      });
    }
    return measures;
  });
}

const nothing: Sizes = { tables: 0, indexes: 0, rows: 0, hasEvents: false };

const actAs = (tx: AdminTx, { owner }: InstallationRoles) => tx.run(`select set_config('role', $1, true)`, [owner]);

async function lastEventsOf(
  tx: AdminTx,
  roles: InstallationRoles,
  schemas: readonly string[],
): Promise<Map<string, Date>> {
  if (schemas.length === 0) return new Map();
  await actAs(tx, roles);
  const each = schemas.map(
    (schema, index) =>
      `(select ${index} as index, created_at from ${quoteIdentifier(schema)}.events order by era desc, xid desc, seq desc limit 1)`,
  );
  const rows = await tx.run<{ index: number; created_at: string }>(each.join(' union all '));
  return new Map(rows.map(({ index, created_at }) => [schemas[index]!, new Date(created_at)]));
}

async function countRows(tx: AdminTx, roles: InstallationRoles, schema: string): Promise<number> {
  await actAs(tx, roles);
  const tables = await tx.run<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = to_regnamespace($1) and relkind = 'r'`,
    [schema],
  );
  let rows = 0;
  for (const { name } of tables) {
    const [counted] = await tx.run<{ rows: number }>(
      `select count(*)::float8 as rows from ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    );
    rows += Number(counted!.rows);
  }
  return rows;
}
