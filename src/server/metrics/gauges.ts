import type { SlotPoolStats } from '../../db/slot-pool-stats.ts';
import type { PlanCounts } from '../../graphql/compile/plans.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { SubscriptionMeter } from '../subscriptions/subscription-meter.ts';
import type { Metrics } from './metrics.ts';

/** Successes and failures of a background task, and the time of its last run. */
interface TaskState {
  done: number;
  failed: number;
  lastMs: number;
  /** Milliseconds since the epoch; 0 if none succeeded. */
  lastDoneAt: number;
}

export interface GaugeSources {
  /** The slots of each pool by database id; those of the catalog under their own name. */
  pools(): Iterable<readonly [database: string, stats: SlotPoolStats]>;
  plans: { readonly counts: PlanCounts } | undefined;
  directory: { readonly counts: { kept: number; hits: number; misses: number } };
  listener: { readonly up: boolean };
  upkeep: { states(): Iterable<readonly [task: string, state: TaskState]> };
  subscriptions: SubscriptionMeter;
  /** Undefined if this process has no workers. */
  jobs: { readonly running: number; readonly totals: Readonly<Record<string, number>> } | undefined;
  watched: Watched;
  /** The lag of the replica for reading; Infinity if it does not answer. */
  replica: { readonly lagMs: number } | undefined;
}

/** The state of the installation, as last read. */
interface Watched {
  /** Null if the catalog did not answer; undefined before the first read. */
  readonly state: InstallationState | null | undefined;
  readonly backupAgeSeconds: number | undefined;
  /** By the monotonic clock. */
  readonly readAt: number;
  readonly targets: readonly { target: string; kind: 'run' | 'drill'; failed: boolean }[];
}

interface InstallationState {
  databases: readonly { name: string; up: boolean }[];
  tenants: Readonly<Record<string, number>>;
  moves: Readonly<Record<string, number>>;
}

/** Adds the gauges, which are read when somebody reads the metrics. */
export function addGauges(metrics: Metrics, sources: GaugeSources): void {
  addSlots(metrics, sources);
  addPlans(metrics, sources);
  addUpkeep(metrics, sources);
  addInstallation(metrics, sources);
  addSubscriptions(metrics, sources);
  addJobs(metrics, sources);
  const { directory, listener } = sources;
  metrics.add({
    name: 'chantier_directory_lookups_total',
    help: 'Lookups of tenants, by whether the cache had them',
    labels: ['known'],
    kind: 'counter',
    values: () => [
      [{ known: 'true' }, directory.counts.hits],
      [{ known: 'false' }, directory.counts.misses],
    ],
  });
  const kept = () => [[{}, directory.counts.kept] as const];
  metrics.add({ name: 'chantier_directory_entries', help: 'Tenants in the cache', values: kept });
  metrics.add({
    name: 'chantier_listener_up',
    help: 'Whether notifications of other processes arrive; while they do not, nothing is cached',
    values: () => [[{}, listener.up ? 1 : 0]],
  });
}

/** The sums of all pools of each database: a dedicated database has a pool for each of its tenants. */
export function poolsByDatabase(all: Iterable<readonly [string, SlotPoolStats]>): Map<string, SlotPoolStats> {
  const together = new Map<string, SlotPoolStats>();
  for (const [id, stats] of all) {
    const database = id === primaryDatabaseId ? 'primary' : id;
    const sum = together.get(database);
    if (!sum) together.set(database, { ...stats });
    else for (const field of Object.keys(stats) as (keyof SlotPoolStats)[]) sum[field] += stats[field];
  }
  return together;
}

const states = ['idle', 'busy', 'quarantined', 'opening'] as const;
const now: [keyof SlotPoolStats, string][] = [
  ['waiting', 'Sessions that wait for a slot'],
  ['prepared', 'Prepared statements that the connections keep'],
  ['preparedBytes', 'Estimated memory of prepared statements in the database processes'],
  ['memoryBytes', 'Estimated memory of the database processes of the connections'],
];
const sinceStart: [keyof SlotPoolStats, string][] = [
  ['opened', 'Connections opened'],
  ['discarded', 'Connections lost or closed after a fault'],
  ['recycled', 'Connections replaced because of age or size'],
  ['hits', 'Sessions whose slot had served their tenant before'],
  ['misses', 'Sessions whose slot had not served their tenant before'],
  ['closed', 'Prepared statements closed to make room'],
];
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function addSlots(metrics: Metrics, { pools }: GaugeSources): void {
  const each = (read: (stats: SlotPoolStats) => number) => () =>
    [...pools()].map(([database, stats]) => [{ database }, read(stats)] as const);
  metrics.add({
    name: 'chantier_slots',
    help: 'Connections by state',
    labels: ['database', 'state'],
    values: () =>
      [...pools()].flatMap(([database, stats]) => states.map((state) => [{ database, state }, stats[state]] as const)),
  });
  const labels = ['database'];
  for (const [field, help] of now) {
    metrics.add({ name: `chantier_slots_${snake(field)}`, help, labels, values: each((stats) => stats[field]) });
  }
  for (const [field, help] of sinceStart) {
    const name = `chantier_slots_${snake(field)}_total`;
    metrics.add({ name, help, labels, kind: 'counter', values: each((stats) => stats[field]) });
  }
}

function addPlans(metrics: Metrics, { plans }: GaugeSources): void {
  if (!plans) return;
  const add = (name: string, help: string, field: keyof PlanCounts, kind: 'gauge' | 'counter') =>
    metrics.add({ name: `chantier_plans_${name}`, help, kind, values: () => [[{}, plans.counts[field]]] });
  add('answered_total', 'Operations answered by a plan', 'answered', 'counter');
  add('partly_total', 'Operations answered by a plan and, for other root fields, by the executor', 'partly', 'counter');
  add('declined_total', 'Operations left to the executor', 'declined', 'counter');
  add('failed_total', 'Statements of plans that the database refused', 'failed', 'counter');
  add('compiled_total', 'Plans compiled', 'compiled', 'counter');
  add('forgotten_total', 'Plans evicted from the cache', 'forgotten', 'counter');
  add('kept', 'Plans in the cache', 'kept', 'gauge');
  add('kept_bytes', 'Estimated memory of the plans in the cache', 'keptBytes', 'gauge');
}

function addUpkeep(metrics: Metrics, { upkeep }: GaugeSources): void {
  const each = (read: (state: TaskState) => number) => () =>
    [...upkeep.states()].map(([task, state]) => [{ task }, read(state)] as const);
  const labels = ['task'];
  metrics.add({
    name: 'chantier_upkeep_runs_total',
    help: 'Runs of background tasks by outcome',
    labels: ['task', 'outcome'],
    kind: 'counter',
    values: () =>
      [...upkeep.states()].flatMap(([task, { done, failed }]) => [
        [{ task, outcome: 'done' }, done] as const,
        [{ task, outcome: 'failed' }, failed] as const,
      ]),
  });
  metrics.add({
    name: 'chantier_upkeep_last_seconds',
    help: 'Duration of the last run',
    labels,
    values: each(({ lastMs }) => lastMs / 1000),
  });
  metrics.add({
    name: 'chantier_upkeep_last_done_timestamp_seconds',
    help: 'Time of the last successful run; 0 before the first',
    labels,
    values: each(({ lastDoneAt }) => lastDoneAt / 1000),
  });
}

function addSubscriptions(metrics: Metrics, { subscriptions }: GaugeSources): void {
  const byTransport = (read: () => [string, number][]) => () =>
    read().map(([transport, count]) => [{ transport }, count] as const);
  metrics.add({
    name: 'chantier_subscriptions',
    help: 'Open subscriptions by transport',
    labels: ['transport'],
    values: byTransport(() => subscriptions.open),
  });
  metrics.add({
    name: 'chantier_subscription_frames_total',
    help: 'Frames sent to subscribers by transport',
    labels: ['transport'],
    kind: 'counter',
    values: byTransport(() => subscriptions.frames),
  });
  metrics.add({
    name: 'chantier_subscriptions_ended_total',
    help: 'Ended subscriptions by transport, and client, restart, slow or the code of the last error',
    labels: ['transport', 'reason'],
    kind: 'counter',
    values: () => subscriptions.ends.map(([transport, reason, count]) => [{ transport, reason }, count] as const),
  });
}

function addJobs(metrics: Metrics, { jobs }: GaugeSources): void {
  if (!jobs) return;
  metrics.add({ name: 'chantier_jobs_running', help: 'Jobs that run now', values: () => [[{}, jobs.running]] });
  metrics.add({
    name: 'chantier_job_attempts_total',
    help: 'Ended attempts of jobs by outcome: done, failed, died (given up) or returned (the process stopped)',
    labels: ['outcome'],
    kind: 'counter',
    values: () => Object.entries(jobs.totals).map(([outcome, count]) => [{ outcome }, count] as const),
  });
}

/** The metrics that alerts use. Every server reports the same state of the installation. */
function addInstallation(metrics: Metrics, { watched, replica }: GaugeSources): void {
  const each = (label: string, read: (state: InstallationState) => Readonly<Record<string, number>>) => () =>
    Object.entries(watched.state ? read(watched.state) : {}).map(([key, value]) => [{ [label]: key }, value] as const);
  metrics.add({
    name: 'chantier_database_up',
    help: 'Whether a database answered when it was last asked',
    labels: ['database'],
    values: () =>
      watched.state === null
        ? [[{ database: 'primary' }, 0]]
        : (watched.state?.databases ?? []).map(({ name, up }) => [{ database: name }, up ? 1 : 0] as const),
  });
  metrics.add({
    name: 'chantier_tenants',
    help: 'Organizations by status; QUARANTINED and MIGRATING are active ones that are not served',
    labels: ['state'],
    values: each('state', ({ tenants }) => tenants),
  });
  metrics.add({
    name: 'chantier_move_seconds',
    help: 'Age of the oldest open move of a phase',
    labels: ['phase'],
    values: each('phase', ({ moves }) => moves),
  });
  metrics.add({
    name: 'chantier_backup_age_seconds',
    help: 'Time since the last backup of the organization with the oldest one; absent before the first backup',
    values: () => {
      const { backupAgeSeconds: age, readAt } = watched;
      return age === undefined ? [] : [[{}, age + (performance.now() - readAt) / 1000]];
    },
  });
  metrics.add({
    name: 'chantier_backup_failed',
    help: 'Whether the last scheduled backup (run) or drill at a target failed; absent before the first',
    labels: ['target', 'kind'],
    values: () => watched.targets.map(({ target, kind, failed }) => [{ target, kind }, failed ? 1 : 0] as const),
  });
  metrics.add({
    name: 'chantier_replica_lag_seconds',
    help: 'Lag of the replica for reading; +Inf if it does not answer',
    values: () => (replica ? [[{}, replica.lagMs / 1000]] : []),
  });
}
