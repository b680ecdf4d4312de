import {
  type Maintained,
  type MaintainReport,
  maintainTenants,
  onlyMaintainer,
} from '../../fleet/maintain/maintain-tenants.ts';
import { patiently } from '../../fleet/patience.ts';
import { pruneAll } from '../../identity/prune.ts';
import { systemClock } from '../../lib/clock.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { print, reasonOf } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  all?: boolean;
  reindex?: boolean;
  json?: boolean;
}

export async function run(host: Host, slug: string | undefined, { all, reindex, json }: Flags): Promise<void> {
  if ((slug === undefined) !== Boolean(all)) throw badInput('Name an organization, or use --all', 'slug');
  await using toolbox = await host.open();
  const { fleet, identity, config } = toolbox;
  using bar = new ProgressBar(host, 'schemas');
  const done = await onlyMaintainer(fleet, async () => ({
    sessions: all ? await patiently(fleet, () => pruneAll(identity, config.retention.sessionsMs)) : 0,
    ...(await maintainTenants(fleet, {
      only: slug,
      reindex,
      eventsMs: config.retention.eventsMs,
      clock: systemClock,
      signal: host.signal,
      onProgress: (_result, { done, total }) => bar.show(done / total, done, `of ${total}`),
    })),
  }));
  if (!done) throw new AppError('INVALID_STATE', 'Another process is maintaining organizations; try again later');
  print(host, json, toJson(done), () => describe(done));
  fail(done, host.signal);
}

type Report = MaintainReport & { sessions: number };

const slugOrSchema = ({ slug, schemaName }: Maintained): string => slug ?? schemaName;

const toJson = ({ maintained, away, ...report }: Report) => ({
  ...report,
  maintained: maintained.map(({ errors, ms, ...each }) => ({
    ...each,
    ms: Math.round(ms),
    errors: errors.map(reasonOf),
  })),
  away: away.map(({ error, ...database }) => ({ ...database, error: reasonOf(error) })),
});

function describe({ maintained, sessions, left, away }: Report): string {
  const sum = (of: (each: Maintained) => number) => maintained.reduce((total, each) => total + of(each), 0);
  return [
    ...maintained.flatMap((each) => each.errors.map((error) => `${slugOrSchema(each)}: ${reasonOf(error)}`)),
    ...away.map(({ name, error }) => `unreachable ${name}: ${reasonOf(error)}`),
    `${maintained.length} schemas: ${sum(({ pruned }) => pruned.events)} events and ${sum(({ pruned }) => pruned.idempotencyKeys)} idempotency keys deleted, ` +
      `${sum(({ pruned }) => pruned.trash)} objects deleted from the trash, ${sum(({ pruned }) => pruned.notifications)} old notifications deleted, ` +
      `${sum(({ pruned }) => pruned.webhookDeliveries)} deliveries of webhooks and ${sum(({ pruned }) => pruned.deadJobs)} dead jobs deleted, ` +
      `${sum(({ vacuumed }) => vacuumed)} tables vacuumed, ${sum(({ reindexed }) => reindexed.length)} indexes rebuilt; ${sessions} expired sessions and attempts deleted`,
    ...(left > 0 ? [`${left} schemas are left: run the same command again to resume`] : []),
  ].join('\n');
}

function fail({ maintained, left, away }: Report, signal: AbortSignal): void {
  if (left > 0 && signal.aborted) throw new AppError('CANCELLED', 'The maintenance was interrupted');
  if (away.length > 0) throw new AppError('UNAVAILABLE', `${away.length} of the databases could not be reached`);
  const incomplete = maintained.filter(({ errors }) => errors.length > 0).length;
  if (incomplete > 0)
    throw new AppError(
      'TRANSACTION_CONFLICT',
      `The maintenance of ${incomplete} schemas failed in part; run the command again`,
    );
}
