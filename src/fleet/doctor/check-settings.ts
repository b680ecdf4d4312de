import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

/** With fewer locks, a migration of many tables or a backup can run out of them. */
const minLocks = 256;
/**
 * Above this, a restart after a crash with fsync for every file takes minutes (measured: 1.4 million files, 3 minutes).
 */
const manyFiles = 100_000;
const skewMs = { warning: 2_000, problem: 60_000 };

const checkedSettings = [
  'max_locks_per_transaction',
  'max_connections',
  'superuser_reserved_connections',
  'recovery_init_sync_method',
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'autovacuum',
  'track_counts',
];

/** Checks the server settings that many schemas or durability require. */
export async function checkSettings(visit: DatabaseVisit, files: number): Promise<Finding[]> {
  const found = new Findings('settings', visit.name);
  const rows = await visit.admin.run<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name = any($1::text[])`,
    [checkedSettings],
  );
  const setting = new Map(rows.map(({ name, setting }) => [name, setting]));
  const locks = Number(setting.get('max_locks_per_transaction'));
  if (locks < minLocks) {
    found.warning('max_locks_per_transaction', `is ${locks}: set it to ${minLocks} or more, and restart`);
  }
  const sync = setting.get('recovery_init_sync_method');
  if (sync === 'fsync' && files > manyFiles) {
    found.warning(
      'recovery_init_sync_method',
      `is fsync with ${files} files: set it to syncfs, or a crash costs minutes`,
    );
  }
  if (setting.get('fsync') === 'off')
    found.problem('fsync', 'is off: a crash can lose committed transactions and corrupt data');
  for (const name of ['full_page_writes', 'synchronous_commit', 'autovacuum', 'track_counts']) {
    if (setting.get(name) === 'off') found.warning(name, 'is off');
  }
  checkConnections(found, visit, setting);
  return found.all;
}

/**
 * Each server process needs its pooled connections, those of the catalog and the listener; commands need a few more.
 */
function checkConnections(found: Findings, visit: DatabaseVisit, setting: ReadonlyMap<string, string>): void {
  const free = Number(setting.get('max_connections')) - Number(setting.get('superuser_reserved_connections'));
  const perProcess = visit.connections.tenants + visit.connections.others;
  const processes = Math.floor(free / perProcess);
  if (processes < 1) {
    found.problem(
      'max_connections',
      `leaves ${free} connections and one server needs ${perProcess}: raise it or lower POOL_SIZE`,
    );
  } else if (processes < 2) {
    found.warning(
      'max_connections',
      `leaves ${free} connections: enough for one server of ${perProcess}, but not for a second one during a release`,
    );
  }
}

/** Compares the clocks: tokens and limits use the program's clock, rows the database's. */
export async function checkClock({ name, admin }: DatabaseVisit, now: () => number): Promise<Finding[]> {
  const found = new Findings('clock', name);
  const from = now();
  const [row] = await admin.run<{ ms: number }>(`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`);
  const skew = Math.abs(Number(row!.ms) - (from + now()) / 2);
  const message = `differs by ${(skew / 1000).toFixed(1)} s from the program's`;
  if (skew > skewMs.problem) found.problem('the clock of the database', message);
  else if (skew > skewMs.warning) found.warning('the clock of the database', message);
  return found.all;
}
