import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { App } from './app.ts';
import type { Config } from './config.ts';
import { demoBlock } from './demo/demo-block.ts';
import { ensureDemo } from './demo/ensure-demo.ts';
import { Plans } from './graphql/compile/plans.ts';
import type { Verify } from './graphql/execute/execute-change.ts';
import { publicKeySet } from './identity/jwks.ts';
import type { Logger } from './lib/logger.ts';
import { schema } from './schema.ts';
import { Explorer, type ExplorerOptions } from './server/explorer.ts';
import { hostCheck } from './server/hosts.ts';
import { type HttpOptions, HttpServer } from './server/http.ts';
import { KnownDocuments } from './server/known-documents.ts';
import { mayExplore } from './server/may-explore.ts';
import { addGauges, type GaugeSources, poolsByDatabase } from './server/metrics/gauges.ts';
import { Metrics } from './server/metrics/metrics.ts';
import { type MetricsEndpointOptions, metricsEndpoint, onlyMetrics } from './server/metrics/metrics-endpoint.ts';
import type { OnOperation } from './server/metrics/operation-done.ts';
import { QuickQueries } from './server/quick-queries.ts';
import { RequestScopes } from './server/request-scopes.ts';
import { createGraphServer, type Yoga, type YogaOptions } from './server/yoga.ts';

const fieldsPerDocument = 500;

export interface GraphServerOptions {
  /** Compiled queries; null executes every operation field by field. */
  plans?: Plans | null;
  /** Told of every payload that a plan made: for tests. */
  verify?: Verify;
  /** Told of every operation that ran or was refused. */
  onOperation?: OnOperation | undefined;
  /** Development: who the printed address signs the explorer in as. */
  demoHeaders?: () => Promise<Record<string, string>>;
  /** Whether the process is going away: then it is alive, but not ready. */
  draining?: () => boolean;
}

export interface GraphServer {
  yoga: Yoga;
  /** The same for Node's http, with a short way for queries that have a plan. */
  handler: RequestListener;
  quick?: QuickQueries;
  /** Opens the explorer signed in, when appended to its address; development only. */
  loginCode: string;
}

/** What of an app a server is made of. */
export type GraphParts = Pick<
  App,
  'options' | 'authenticator' | 'identity' | 'directory' | 'binding' | 'signingKeys' | 'ready'
>;

/** The HTTP side over an opened App, without a socket. */
export function buildGraphServer(app: GraphParts, options: GraphServerOptions = {}): GraphServer {
  const { config, logger } = app.options;
  const { demoHeaders, draining = () => false, plans = new Plans(schema), verify, onOperation } = options;
  const loginCode = randomBytes(16).toString('base64url');
  const scopes = new RequestScopes({
    authenticator: app.authenticator,
    services: { identity: app.identity, directory: app.directory },
    binding: app.binding,
    routing: { baseDomains: config.tenantDomain ? [config.tenantDomain] : [] },
    limits: { complexity: config.maxComplexity, depth: config.maxDepth, breadth: fieldsPerDocument },
    logger,
  });
  const explorer: ExplorerOptions = {
    open: !config.production,
    mayOpen: (request) => mayExplore(request, scopes, app.identity),
    demo: demoHeaders && { code: loginCode, headers: demoHeaders },
  };
  const known = new KnownDocuments();
  const http: YogaOptions = {
    schema,
    scopes,
    identity: app.identity,
    known,
    ...(plans && { plans }),
    ...(verify && { verify }),
    onOperation,
    explorer: new Explorer(explorer),
    openIntrospection: !config.production,
    secureCookies: config.publicUrl.startsWith('https:'),
    trustProxy: config.trustProxy,
    publicKeys: () => publicKeySet(app.signingKeys),
    ready: async () => !draining() && (await app.ready()),
    isOurs: config.production ? () => true : hostCheck(config),
    corsOrigins: config.corsOrigins,
    maxBodyBytes: config.maxBodyBytes,
    logger,
  };
  const yoga = createGraphServer(http);
  const quick = plans && new QuickQueries({ ...http, plans, known, rest: yoga });
  return { yoga, handler: quick?.handler ?? yoga, ...(quick && { quick }), loginCode };
}

export interface ServeOptions {
  config: Config;
  logger: Logger;
  /** Ends the server: it drains and goes. */
  signal: AbortSignal;
  stdout: { write(text: string): unknown };
}

/**
 * Runs the server until the signal. In development it migrates and makes the demo companies first; in production it
 * throws SCHEMA_MISMATCH, naming the command that mends it, when the schemas do not fit this build.
 */
export async function serve({ config, logger, signal, stdout }: ServeOptions): Promise<void> {
  // Answers are buffers beside V8's heap. By default each 64 MB of them has it mark the whole heap, all that the graph
  // is made of, which took half of the processor time of large answers; so they count as what is on the heap does.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  const { metrics: where } = config;
  const metrics = where.port === undefined && where.token === undefined ? undefined : new Metrics(where);
  await using app = await App.open({ config, logger, ...(metrics && { onHeld: metrics.held }) });
  if (!config.production) await app.migrate();
  const away = await app.assertSchemasCurrent();
  for (const { name, schemas, error } of away)
    logger.error({ err: error, database: name, schemas }, 'a database is away');
  const demo = config.production ? undefined : await ensureDemo(app);
  const plans = new Plans(schema);
  const { handler, loginCode } = buildGraphServer(app, {
    plans,
    onOperation: metrics?.operation,
    draining: () => signal.aborted,
    ...(demo && { demoHeaders: demo.headers }),
  });
  const { host, port, shutdownGraceMs } = config;
  const listen = (on: Pick<HttpOptions, 'handler' | 'host' | 'port'>) =>
    HttpServer.listen({ ...on, graceMs: shutdownGraceMs, logger });
  const told = metrics && { metrics, token: where.token, process: () => processReport(app, plans) };
  await using http = await listen({ handler: told ? exposing(told, handler) : handler, host, port });
  await using upkeep = app.startBackgroundTasks(signal);
  if (metrics) addGauges(metrics, gaugesOf(app, plans, upkeep));
  await using metricsHttp =
    told && where.port !== undefined
      ? await listen({ handler: onlyMetrics(told), host: where.host, port: where.port })
      : undefined;
  logger.info({ host, port: http.port, ...(metricsHttp && { metricsPort: metricsHttp.port }) }, 'listening');
  if (demo) stdout.write(await demoBlock(demo, `http://localhost:${http.port}`, loginCode));
  await aborted(signal);
  logger.info('draining');
}

/** With a token the metrics are on the server's own port too. */
function exposing(told: Omit<MetricsEndpointOptions, 'rest'>, handler: RequestListener): RequestListener {
  const rest = told.metrics.counted(handler);
  return told.token === undefined ? rest : metricsEndpoint({ ...told, rest });
}

const processReport = ({ pools }: App, { counts }: Plans) => ({
  slots: Object.fromEntries(poolsByDatabase(pools.stats())),
  plans: counts,
});

const gaugesOf = (
  { pools, catalogPool, directory, listener }: App,
  plans: Plans,
  upkeep: GaugeSources['upkeep'],
): GaugeSources => ({
  pools: () => [...poolsByDatabase(pools.stats()), ['catalog', catalogPool.stats()]],
  plans,
  directory,
  listener,
  upkeep,
});

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
