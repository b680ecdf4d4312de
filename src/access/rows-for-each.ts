import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Viewer } from '../identity/viewer.ts';
import { Lru } from '../lib/lru.ts';
import type { TenantDb } from '../tenancy/tenant-session.ts';
import { Declined } from './decline.ts';
import { byName, type Reader } from './statement.ts';
import { containsStandIn, standInOf, templateViewer } from './template-viewer.ts';
import { rightsKey } from './viewer-statement.ts';

interface QueryForEach<Values extends object> {
  /** Names the text that `make` returns, so that it is compiled once for all viewers with the same rights. */
  name: string | undefined;
  /** Builds the query from the template viewer that it is given and placeholders for the values, and nothing else. */
  make(viewer: Viewer): SQL;
  values: Values;
}

interface Compiled {
  text: string;
  readers: readonly Reader<object>[];
}

const dialect = new PgDialect();
/** In characters of the statements. */
const mostKept = 10_000_000;
const kept = new Lru<Compiled>(mostKept);

/** The columns that stand for the ids of a viewer. */
const columns = { profileId: 'profile_id', userId: 'user_id', membershipId: 'membership_id' } as const;
const keys = Object.keys(columns) as (keyof typeof columns)[];

/**
 * Runs a query for several viewers with the same rights, in one statement. Returns the rows of each viewer, as arrays.
 * Throws Declined if a row rule does more with a viewer than compare its ids.
 */
export async function rowsForEach<Values extends object>(
  db: TenantDb,
  viewers: readonly Viewer[],
  { name, make, values }: QueryForEach<Values>,
): Promise<unknown[][][]> {
  const { text, readers } = compiled(viewers[0]!, name, make);
  const ids = keys.map((key) => viewers.map((viewer) => viewer[key]));
  const found = await db.run(text, [...ids, ...readers.map((read) => read(values))]);
  const rows = viewers.map((): unknown[][] => []);
  for (const [number, ...row] of found as unknown as unknown[][]) rows[Number(number) - 1]!.push(row);
  return rows;
}

function compiled(viewer: Viewer, name: string | undefined, make: (viewer: Viewer) => SQL): Compiled {
  if (name === undefined) return compile(make(templateViewer(viewer)));
  const key = `${name}/${rightsKey(viewer)}`;
  const known = kept.get(key) ?? compile(make(templateViewer(viewer)));
  kept.set(key, known, known.text.length);
  return known;
}

/** The query for each row of three lists of ids, which take the place of the stand-ins of the template viewer. */
function compile(query: SQL): Compiled {
  const { sql: inner, params } = dialect.sqlToQuery(query);
  const readers: Reader<object>[] = [];
  const each = inner.replace(/\$(\d+)/g, (_, number) => {
    const parameter = params[Number(number) - 1];
    const standIn = standInOf(parameter);
    if (standIn) return `viewer.${columns[standIn]}`;
    if (containsStandIn(String(parameter))) throw new Declined('a rule computes with the viewer');
    readers.push(byName(parameter));
    return `$${keys.length + readers.length}`;
  });
  if (containsStandIn(each)) throw new Declined('a rule computes with the viewer');
  const text = `select viewer.viewer_number, each.* from unnest(${keys.map((_, n) => `$${n + 1}::uuid[]`)}) with ordinality
    as viewer (${Object.values(columns)}, viewer_number) cross join lateral (${each}) as each`;
  return { text, readers };
}
