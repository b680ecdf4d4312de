import type { Admin, AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { defaultTrashDays } from '../../lib/trash-days.ts';
import type { InstallationRoles } from '../../tenancy/installation.ts';

/** Numbers of deleted rows. */
export interface Pruned {
  events: number;
  idempotencyKeys: number;
  trash: number;
  notifications: number;
  webhookDeliveries: number;
  deadJobs: number;
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
const tablesThere = `select to_regclass($1) is not null as events, to_regclass($2) is not null as keys,
  to_regclass($3) is not null as trash, to_regclass($4) is not null as notifications,
  to_regclass($5) is not null as deliveries, to_regclass($6) is not null as jobs`;

/** Objects in the trash that were deleted before this time have expired; the organization sets the number of days. */
const keptSince = (settings: string): string =>
  `$1::timestamptz - make_interval(days => coalesce((select (value #>> '{}')::int from ${settings}
    where key = 'trashDays' and jsonb_typeof(value) = 'number'), ${defaultTrashDays}))`;

/** Notifications that were read 90 days ago, or happened a year ago. */
const expiredNotifications = `read_at < $1::timestamptz - interval '90 days' or happened_at < $1::timestamptz - interval '1 year'`;

/** All attempts of a delivery take less than 30 days. */
const expiredDeliveries = `created_at < $1::timestamptz - interval '30 days'`;
const expiredJobs = `died_at < $1::timestamptz - interval '90 days'`;

/**
 * Deletes expired rows in small transactions: old events, stored results of idempotent requests, expired objects in the
 * trash, old notifications and deliveries of webhooks, and dead jobs. Keeps the last of the old events: a cursor
 * before it points into deleted events and is rejected (modules/events).
 */
export async function pruneSchema(
  admin: Admin,
  roles: InstallationRoles,
  schemaName: string,
  options: PruneOptions,
): Promise<Pruned> {
  const named = (table: string): string => `${quoteIdentifier(schemaName)}.${table}`;
  const [log, keys, trash] = [named('events'), named('idempotency_keys'), named('trash')];
  const [notifications, deliveries, jobs] = [named('notifications'), named('webhook_deliveries'), named('jobs')];
  const [there] = await admin.run<
    Record<'events' | 'keys' | 'trash' | 'notifications' | 'deliveries' | 'jobs', boolean>
  >(tablesThere, [...[log, keys, trash, notifications, deliveries, jobs]]);
  const owned = <T>(work: (tx: AdminTx) => Promise<T>): Promise<T> =>
    admin.transaction(async (tx) => {
      await tx.run(`select set_config('role', $1, true)`, [roles.owner]);
      return await work(tx);
    });
  const pruned: Pruned = {
    events: 0,
    idempotencyKeys: 0,
    trash: 0,
    notifications: 0,
    webhookDeliveries: 0,
    deadJobs: 0,
  };
  const now = [options.now.toISOString()];
  if (there!.events && options.eventsMs !== undefined) {
    const until = new Date(options.now.getTime() - options.eventsMs).toISOString();
    const [last] = await owned((tx) => tx.run<Position>(lastOld(log), [until]));
    const position = last && [last.era, last.xid, last.seq];
    const some = `delete from ${log} where (era, xid, seq) in (select era, xid, seq from ${log} where ${before} order by era, xid, seq limit ${batch})`;
    if (position) pruned.events = await inBatches(() => owned((tx) => deleted(tx, some, position)), options.signal);
  }
  if (there!.keys) {
    const some = `delete from ${keys} where (viewer_id, key, response_key) in (select viewer_id, key, response_key from ${keys} where expires_at < $1 limit ${batch})`;
    pruned.idempotencyKeys = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal);
  }
  if (there!.trash) {
    // One at a time: a project in the trash has many parts
    const some = `delete from ${trash} where id in (select id from ${trash} where deleted_at < ${keptSince(named('settings'))} order by deleted_at limit 1)`;
    pruned.trash = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal, 1);
  }
  if (there!.notifications) {
    const some = `delete from ${notifications} where id in (select id from ${notifications} where ${expiredNotifications} limit ${batch})`;
    pruned.notifications = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal);
  }
  if (there!.deliveries) {
    const some = `delete from ${deliveries} where id in (select id from ${deliveries} where ${expiredDeliveries} limit ${batch})`;
    pruned.webhookDeliveries = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal);
  }
  if (there!.jobs) {
    const some = `delete from ${jobs} where id in (select id from ${jobs} where ${expiredJobs} limit ${batch})`;
    pruned.deadJobs = await inBatches(() => owned((tx) => deleted(tx, some, now)), options.signal);
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

async function inBatches(next: () => Promise<number>, signal: AbortSignal | undefined, size = batch): Promise<number> {
  let total = 0;
  for (let count = size; count === size && !signal?.aborted; total += count) count = await next();
  return total;
}
