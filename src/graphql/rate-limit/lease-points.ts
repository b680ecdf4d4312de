import { sql } from 'drizzle-orm';
import type { Catalog } from '../../tenancy/catalog.ts';
import { tokenBuckets } from './tables.ts';
import type { Grant, Lease } from './token-bucket.ts';

/**
 * Takes the wanted points from shared buckets, or as many as each of them has, in one statement. Returns the grants by
 * bucket.
 */
export async function leasePoints(catalog: Catalog, leases: readonly Lease[], now: Date): Promise<Map<string, Grant>> {
  const column = (of: (lease: Lease) => string | number) => sql.param(leases.map(of));
  const at = sql`${now.toISOString()}::timestamptz`;
  // The points that the bucket has not got back yet
  const missing = sql`extract(epoch from greatest(bucket.full_at - ${at}, interval '0')) * excluded.restore_rate`;
  const granted = sql`greatest(0, least(excluded.granted, floor(excluded.points - ${missing})))::int`;
  const seconds = (points: unknown, rate: unknown) => sql`make_interval(secs => ${points}::float8 / ${rate})`;
  const rows = (await catalog.write((tx) =>
    // Processes lease from the same rows: locked in one order, they wait for each other instead of deadlocking
    tx.execute(sql`insert into ${tokenBuckets} as bucket (id, points, restore_rate, granted, full_at)
      select asked.id, asked.points, asked.restore_rate, asked.wanted,
        ${at} + ${seconds(sql`asked.wanted`, sql`asked.restore_rate`)}
      from unnest(${column(({ id }) => id)}::text[], ${column(({ points }) => points)}::int[],
        ${column(({ restoreRate }) => restoreRate)}::int[], ${column(({ wanted }) => wanted)}::int[])
        as asked(id, points, restore_rate, wanted)
      order by asked.id
      on conflict (id) do update set points = excluded.points, restore_rate = excluded.restore_rate,
        granted = ${granted},
        full_at = greatest(bucket.full_at, ${at}) + ${seconds(granted, sql`excluded.restore_rate`)}
      returning id, granted, extract(epoch from full_at) * 1000 as full_at`),
  )) as unknown as { id: string; granted: number; full_at: string }[];
  return new Map(rows.map(({ id, ...row }) => [id, { granted: row.granted, fullAt: Number(row.full_at) }]));
}
