import { z } from 'zod';
import type { Config } from '../../config.ts';
import { type Measures, measureTenants, type TenantMeasure } from '../../fleet/metrics/measure-tenants.ts';
import { AppError } from '../../lib/errors.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines, type Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  exact?: boolean;
  server?: string;
  json?: boolean;
}

const usage = z.object({ operations: z.number(), errors: z.number(), ms: z.number(), databaseMs: z.number() });
const timing = z.object({
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  ms: z.number(),
  longestMs: z.number(),
});
const slots = z.object({ size: z.number(), idle: z.number(), busy: z.number(), hits: z.number(), misses: z.number() });

/** The metrics of a running server about one organization, its own connections and its plans. */
const serverReport = z.object({
  tenant: z.object({ total: usage, timings: z.array(timing) }).nullable(),
  slots: z.record(z.string(), slots),
  plans: z.object({ kept: z.number(), answered: z.number(), partly: z.number(), declined: z.number() }),
});
type ServerReport = z.output<typeof serverReport>;

const shownTimings = 10;
const serverMs = 3_000;

export async function run(host: Host, slug: string | undefined, { exact, server, json }: Flags): Promise<void> {
  await using toolbox = await host.openFleet({ readOnly: true });
  using bar = new ProgressBar(host, 'organizations');
  const measures = await measureTenants(toolbox.fleet, {
    only: slug,
    exact,
    signal: host.signal,
    onProgress: (done, total) => slug === undefined && bar.show(done / total, done),
  });
  const [one] = slug === undefined ? [] : measures.tenants;
  const asked = one && (await askServer(server ?? addressOf(toolbox.config), toolbox.config, one.slug));
  print(host, json, one ? { ...one, server: asked ?? null } : toJson(measures), () =>
    one ? describeOne(one, asked) : describeAll(measures),
  );
  if (host.signal.aborted) throw new AppError('CANCELLED', 'Interrupted');
  if (measures.away.length)
    throw new AppError('UNAVAILABLE', `${measures.away.length} of the databases could not be reached`);
}

/** The address of the metrics of a server with this configuration; undefined if it serves none. */
function addressOf({ metrics, host, port }: Config): string | undefined {
  if (metrics.port !== undefined) return `http://${reachable(metrics.host)}:${metrics.port}`;
  return metrics.token === undefined ? undefined : `http://${reachable(host)}:${port}`;
}

const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);

/** Returns undefined if there is no server, or it does not answer; the metrics from the database are shown anyway. */
async function askServer(
  address: string | undefined,
  { metrics: { token } }: Config,
  slug: string,
): Promise<ServerReport | undefined> {
  if (address === undefined) return undefined;
  try {
    const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` });
    const signal = AbortSignal.timeout(serverMs);
    const response = await fetch(new URL(`/metrics/tenants/${slug}`, address), { headers, signal });
    return serverReport.parse(await response.json());
  } catch {
    return undefined;
  }
}

const toJson = ({ tenants, away }: Measures) => ({
  tenants,
  away: away.map(({ error, ...database }) => ({ ...database, error: error instanceof Error ? error.message : error })),
});

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
const ms = (time: number): string => `${time.toFixed(1)} ms`;
const day = (at: Date | null): string => at?.toISOString() ?? 'never';

function describeAll({ tenants, away }: Measures): Text {
  const bySize = tenants.toSorted((a, b) => total(b) - total(a));
  const rows = bySize.map((each) => [
    each.slug,
    each.database,
    mb(each.bytes.tables),
    mb(each.bytes.indexes),
    each.rows,
    day(each.lastActivityAt),
  ]);
  return lines([
    table(['SLUG', 'DATABASE', 'TABLES', 'INDEXES', 'ROWS', 'LAST ACTIVITY'], rows),
    ...away.map(({ name, schemas }) => `unreachable: ${name} with ${schemas} organizations`),
  ]);
}

const total = ({ bytes }: TenantMeasure): number => bytes.tables + bytes.indexes;

function describeOne(measure: TenantMeasure, server: ServerReport | undefined): string {
  const { slug, schemaName, database, bytes, rows, lastActivityAt, slowest } = measure;
  return [
    `${slug} (${schemaName} in ${database})`,
    `  on disk        ${mb(bytes.tables)} tables, ${mb(bytes.indexes)} indexes, ${rows} rows`,
    `  last activity  ${day(lastActivityAt)}`,
    ...(slowest ?? []).map(({ text, calls, meanMs }) => `  ${ms(meanMs)} on average, ${calls} times: ${text}`),
    ...(server ? describeServer(server) : ['  no metrics of a running server: see METRICS_PORT and --server']),
  ].join('\n');
}

function describeServer({ tenant, slots, plans }: ServerReport): string[] {
  const output = Object.entries(slots).map(
    ([database, { size, idle, busy, hits, misses }]) =>
      `  connections    ${database}: ${busy} busy, ${idle} idle of ${size}; ${hits} sessions got a warm one, ${misses} did not`,
  );
  output.push(
    `  plans          ${plans.kept} cached; of the operations, ${plans.answered} were compiled, ${plans.partly} partly, ${plans.declined} not`,
  );
  if (!tenant) return [...output, '  no operations on this server since its start'];
  const { operations, errors, databaseMs } = tenant.total;
  output.push(`  operations     ${operations}, ${errors} with an error; ${ms(databaseMs)} of connection time`);
  for (const { name, count, ms: sum, longestMs } of tenant.timings.slice(0, shownTimings)) {
    output.push(`  ${ms(sum / count)} on average, ${ms(longestMs)} at most, ${count} times: ${name}`);
  }
  return output;
}
