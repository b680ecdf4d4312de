import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Viewer } from '../identity/viewer.ts';
import type { TenantDb } from '../tenancy/tenant-session.ts';
import { Declined } from './decline.ts';
import { containsStandIn, standInOf, templateViewer } from './template-viewer.ts';

const dialect = new PgDialect();

/** The columns that stand for the ids of a viewer. */
const columns = { profileId: 'profile_id', userId: 'user_id', membershipId: 'membership_id' } as const;

/**
 * Runs a query for several viewers with the same rights, in one statement. `make` builds it for the template viewer
 * that it is given. Returns the rows of each viewer. Throws Declined if a row rule does more with a viewer than compare
 * its ids.
 */
export async function rowsForEach<Row extends Record<string, unknown>>(
  db: TenantDb,
  viewers: readonly Viewer[],
  make: (viewer: Viewer) => SQL,
): Promise<Row[][]> {
  const of = (key: keyof typeof columns): SQL => sql`${sql.param(viewers.map((viewer) => viewer[key]))}::uuid[]`;
  const query = withColumns(make(templateViewer(viewers[0]!)));
  const found = await db.execute(sql`
    select viewer.viewer_number, each.*
    from unnest(${of('profileId')}, ${of('userId')}, ${of('membershipId')}) with ordinality
      as viewer (profile_id, user_id, membership_id, viewer_number)
    cross join lateral (${query}) as each`);
  const rows = viewers.map((): Row[] => []);
  for (const row of found) rows[Number(row.viewer_number) - 1]!.push(row as Row);
  return rows;
}

/** The query with columns instead of the stand-ins of the viewer's ids. */
function withColumns(query: SQL): SQL {
  const { sql: text, params } = dialect.sqlToQuery(query);
  // Texts and the numbers of parameters, in turn
  const parts = text.split(/\$(\d+)/).map((part, n) => {
    if (n % 2 === 0) return sql.raw(part);
    const value = params[Number(part) - 1];
    const standIn = standInOf(value);
    if (standIn) return sql.raw(`viewer.${columns[standIn]}`);
    if (containsStandIn(String(value))) throw new Declined('a rule computes with the viewer');
    return sql`${sql.param(value)}`;
  });
  if (containsStandIn(text)) throw new Declined('a rule computes with the viewer');
  return sql.join(parts);
}
