import { toAppError } from '../../db/pg-errors.ts';
import { migrateFleet } from '../../fleet/schemas/migrate.ts';
import type { FleetReport, SchemaResult } from '../../fleet/schemas/migration-run.ts';
import { AppError, exitCodeOf } from '../../lib/errors.ts';
import { print, reasonOf, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines, type Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  status?: boolean;
  dryRun?: boolean;
  canary?: string[];
  parallel: number;
  lockTimeout: number;
  json?: boolean;
}

/** An empty report of held contractions: a dry run must not fail because of them. */
const none = { migrations: [], schemas: 0, servers: [] };

const slugOrSchema = ({ slug, schemaName }: SchemaResult): string => slug ?? schemaName;

export async function run(
  host: Host,
  only: string | undefined,
  { status, dryRun, json, canary, parallel, lockTimeout }: Flags,
): Promise<void> {
  const readOnly = Boolean(status || dryRun);
  await using toolbox = await host.openFleet({ unmigrated: true, readOnly });
  using progress = readOnly || json ? undefined : new Progress(host);
  const report = await migrateFleet(toolbox.fleet, {
    only,
    canaries: canary?.flatMap((name) => membersOf(name, toolbox.config.canaryGroups)),
    parallel,
    lockMs: lockTimeout,
    dryRun: readOnly,
    signal: host.signal,
    onProgress: (result, { done, total }) => progress?.show(result, done, total),
  });
  print(host, json, toJson(report), () => describe(report, readOnly, Boolean(dryRun)));
  fail(readOnly ? { ...report, held: none } : report, host.signal);
}

function membersOf(name: string, groups: Readonly<Record<string, readonly string[]>>): readonly string[] {
  if (!name.startsWith('@')) return [name];
  const members = groups[name.slice(1)];
  if (!members) throw new AppError('BAD_INPUT', `CANARY_GROUPS has no group ${name.slice(1)}`, { field: 'canary' });
  return members;
}

/** A progress bar at a terminal, and a line for each schema elsewhere. A failed schema has a line in both cases. */
class Progress implements Disposable {
  readonly #host: Host;
  readonly #bar: ProgressBar;
  readonly #from = performance.now();

  constructor(host: Host) {
    this.#host = host;
    this.#bar = new ProgressBar(host, 'schemas');
  }

  show(result: SchemaResult, done: number, total: number): void {
    const left = Math.ceil((((performance.now() - this.#from) / done) * (total - done)) / 1000);
    if (this.#host.stderr.isTTY) this.#bar.show(done / total, done, `of ${total}, about ${left} s left`);
    if (this.#host.stderr.isTTY && result.error === undefined) return;
    const what = result.error === undefined ? 'migrated' : 'failed  ';
    this.#bar.interrupt(
      `${what} ${slugOrSchema(result)} in ${result.ms} ms (${done} of ${total}, about ${left} s left)`,
    );
  }

  [Symbol.dispose](): void {
    this.#bar[Symbol.dispose]();
  }
}

const toJson = ({ stoppedBy, ...report }: FleetReport) => ({
  ...report,
  ...(stoppedBy !== undefined && { stoppedBy: reasonOf(stoppedBy) }),
  failed: report.failed.map(({ error, ...result }) => ({ ...result, error: reasonOf(error) })),
  away: report.away.map(({ error, ...database }) => ({ ...database, error: reasonOf(error) })),
});

function describe(report: FleetReport, readOnly: boolean, names: boolean): Text {
  const { shared, migrated, failed, current, left, away, held } = report;
  const rows = migrated.map((result) => [
    slugOrSchema(result),
    names ? result.migrations.join(' ') : result.migrations.length,
  ]);
  const done = readOnly ? 'pending' : 'migrated';
  return lines([
    ...(readOnly && rows.length ? [table(['SCHEMA', 'PENDING'], rows)] : []),
    ...(names ? shared.map((name) => `shared ${name}`) : []),
    ...failed.map((result) => `failed ${slugOrSchema(result)}: ${reasonOf(result.error)}`),
    ...away.map(({ name, schemas, error }) => `unreachable ${name} with ${schemas} schemas: ${reasonOf(error)}`),
    `shared: ${shared.length} ${done}; schemas: ${migrated.length} ${done}, ${current} current, ${failed.length} failed`,
    ...(held.schemas === 0
      ? []
      : [`${held.schemas} schemas wait until these older servers stop: ${held.servers.join('; ')}`]),
    ...(left === 0 ? [] : [`${left} schemas are left: run the same command again to resume`]),
  ]);
}

function fail({ failed, left, away, held, stoppedBy }: FleetReport, signal: AbortSignal): void {
  if (stoppedBy !== undefined) throw stoppedBy;
  if (failed.length) throw new AppError(codeOf(failed), `${failed.length} of the schemas could not be migrated`);
  if (left > 0 && signal.aborted) throw new AppError('CANCELLED', 'The migration was interrupted');
  if (held.schemas > 0) {
    const message = `${held.migrations.join(', ')} must wait until the servers of an older build are stopped (${held.servers.join('; ')}): stop them, then migrate again`;
    throw new AppError('INVALID_STATE', message);
  }
  if (away.length) throw new AppError('UNAVAILABLE', `${away.length} of the databases could not be reached`);
}

/** TRANSACTION_CONFLICT if every failed schema may succeed in the next run. */
function codeOf(failed: readonly SchemaResult[]) {
  const again = exitCodeOf('TRANSACTION_CONFLICT');
  const passes = ({ error }: SchemaResult) => exitCodeOf(toAppError(error)?.code ?? 'INTERNAL') === again;
  return failed.every(passes) ? 'TRANSACTION_CONFLICT' : 'MIGRATION_FAILED';
}
