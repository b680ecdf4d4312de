import type { Admin, AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { InstallationRoles } from '../../tenancy/installation.ts';

/** Numbers of deleted rows. */
export interface Pruned {
  events: number;
  idempotencyKeys: number;
}

export interface PruneOptions {
  now: Date;
  /** How long events are kept; undefined keeps them forever. */
  eventsMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

const batch = 5_000;

/** The position of the last event before the first kept one; of the last event if none is kept. */
const lastOld = (log: string): string =>
  `select e.era, e.xid::text, e.seq::text from ${log} e
  where (e.era, e.xid, e.seq) < coalesce((select row(era, xid, seq) from ${log} where created_at >= $1 order by era, xid, seq limit 1), row(2147483647, '18446744073709551615'::xid8, 9223372036854775807))
  order by e.era desc, e.xid desc, e.seq desc limit 1`;

const before = `(era, xid, seq) < ($1::int, $2::xid8, $3::bigint)`;

interface Position {
  era: number;
  xid: string;
  seq: string;
}

/** Whether a schema has the tables that are pruned. */
const tablesThere = `select to_regclass($1) is not null as events, to_regclass($2) is not null as keys`;

/**
 * Deletes expired rows in small transactions: old events, and stored results of idempotent requests. The last of the
 * old events is kept: a cursor before it points into deleted events and is rejected (modules/events).
 */
export async function pruneSchema(
  admin: Admin,
  roles: InstallationRoles,
  schemaName: string,
  options: PruneOptions,
): Promise<Pruned> {
  const [log, keys] = ['events', 'idempotency_keys'].map((name) => `${quoteIdentifier(schemaName)}.${name}`) as [
    string,
    string,
  ];
  const [there] = await admin.run<{ events: boolean; keys: boolean }>(tablesThere, [log, keys]);
  const owned = <T>(work: (tx: AdminTx) => Promise<T>): Promise<T> =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      return await work(tx);
    });
  const pruned: Pruned = { events: 0, idempotencyKeys: 0 };
  if (there!.events && options.eventsMs !== undefined) {
    const until = new Date(options.now.getTime() - options.eventsMs).toISOString();
    const [last] = await owned((tx) => tx.run<Position>(lastOld(log), [until]));
    const position = last && [last.era, last.xid, last.seq];
    const some = `delete from ${log} where (era, xid, seq) in (select era, xid, seq from ${log} where ${before} order by era, xid, seq limit ${batch})`;
    if (position) pruned.events = await inBatches(() => owned((tx) => deleted(tx, some, position)), options.signal);
  }
  if (there!.keys) {
    const some = `delete from ${keys} where (viewer_id, key, response_key) in (select viewer_id, key, response_key from ${keys} where expires_at < $1 limit ${batch})`;
    const now = [options.now.toISOString()];
    pruned.idempotencyKeys = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal);
  }
  return pruned;
}

async function deleted(tx: AdminTx, statement: string, parameters: readonly unknown[]): Promise<number> {
  const [row] = await tx.run<{ count: number }>(
    `with gone as (${statement} returning 1) select count(*)::int as count from gone`,
    parameters,
  );
  return row!.count;
}

async function inBatches(next: () => Promise<number>, signal: AbortSignal | undefined): Promise<number> {
  let total = 0;
  for (let count = batch; count === batch && !signal?.aborted; total += count) count = await next();
  return total;
}
