import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { App } from './app.ts';
import type { Config } from './config.ts';
import { demoBlock } from './demo/demo-block.ts';
import { ensureDemo } from './demo/ensure-demo.ts';
import { Plans } from './graphql/compile/plans.ts';
import type { Verify } from './graphql/execute/execute-change.ts';
import { fieldsPerOperation } from './graphql/limits/complexity.ts';
import { RateLimits } from './graphql/rate-limit/rate-limits.ts';
import { TokenBuckets } from './graphql/rate-limit/token-buckets.ts';
import { publicKeySet } from './identity/jwks.ts';
import type { Logger } from './lib/logger.ts';
import { schema } from './schema.ts';
import { addressReader } from './server/client-address.ts';
import { Cors } from './server/cors.ts';
import { toExplorer } from './server/explorer/to-explorer.ts';
import { FastPath } from './server/fast-path.ts';
import { hostCheck } from './server/hosts.ts';
import { type HttpOptions, HttpServer } from './server/http.ts';
import { KnownDocuments } from './server/known-documents.ts';
import { addGauges, type GaugeSources, poolsByDatabase } from './server/metrics/gauges.ts';
import { Metrics } from './server/metrics/metrics.ts';
import { type MetricsRoutesOptions, metricsRoutes } from './server/metrics/metrics-routes.ts';
import type { OnOperation } from './server/metrics/operation-done.ts';
import { pageRoutes } from './server/pages/page-routes.ts';
import { DocumentGate } from './server/request/document-gate.ts';
import { RequestReader } from './server/request/request-reader.ts';
import { Turns } from './server/request/turns.ts';
import { exportRoute } from './server/rest/exports.ts';
import { healthRoutes } from './server/rest/health.ts';
import { importRoutes } from './server/rest/imports.ts';
import { jwksRoute } from './server/rest/jwks.ts';
import { organizationDatabaseRoutes } from './server/rest/organization-database.ts';
import { RunningExports } from './server/rest/running-exports.ts';
import { delegateRoute, type Route } from './server/routes/route.ts';
import { Router, type RouterOptions } from './server/routes/router.ts';
import { SessionCookie } from './server/session-cookie.ts';
import { Handshakes } from './server/subscriptions/handshakes.ts';
import { defaultSubscriptionLimits, type SubscriptionLimits } from './server/subscriptions/limits.ts';
import { LogWatch } from './server/subscriptions/log-watch.ts';
import { Online } from './server/subscriptions/online.ts';
import { SubscriptionMeter } from './server/subscriptions/subscription-meter.ts';
import { Subscriptions } from './server/subscriptions/subscriptions.ts';
import { WebSockets } from './server/subscriptions/web-sockets.ts';
import { warmDocuments } from './server/warm-documents.ts';
import { createGraphServer, type Yoga, type YogaOptions } from './server/yoga.ts';

export interface GraphServerOptions {
  /** Compiled queries; null executes every operation field by field. */
  plans?: Plans | null;
  /** Whether known documents are answered without Yoga; true unless a test compares the two. */
  fastPath?: boolean;
  /** Told of every payload that a plan made: for tests. */
  verify?: Verify;
  /** Told of every operation that ran or was refused. */
  onOperation?: OnOperation | undefined;
  /** Development: who the printed address signs the explorer in as. */
  demoHeaders?: () => Promise<Record<string, string>>;
  /** Told of every request when it begins, with the label of its route. */
  onRequest?: RouterOptions['onRequest'];
  /** Served beside those that every server has. */
  routes?: readonly Route[];
  /** Whether the process is going away: then it is alive, but not ready. */
  draining?: () => boolean;
  /** Aborts when the process is going away: it then ends all subscriptions, so that clients come back. */
  ending?: AbortSignal;
  /** Counts the subscriptions. */
  subscriptionMeter?: SubscriptionMeter;
  subscriptionLimits?: Partial<SubscriptionLimits>;
}

export interface GraphServer {
  yoga: Yoga;
  /** Everything that is served over HTTP, for Node's http. */
  router: Router;
  fastPath?: FastPath;
  /** Opens the explorer signed in, when appended to its address; development only. */
  loginCode: string;
  /** Prepares the registered documents, so that the first request with one is as fast as the next. */
  warm(): Promise<void>;
}

/** What of an app a server is made of. */
export type GraphParts = Pick<
  App,
  | 'options'
  | 'authenticator'
  | 'identity'
  | 'sessionCookies'
  | 'directory'
  | 'binding'
  | 'signingKeys'
  | 'ready'
  | 'trustedDocuments'
  | 'documentUse'
  | 'signals'
  | 'liveMarks'
>;

/** The HTTP side over an opened App, without a socket. */
export function buildGraphServer(app: GraphParts, options: GraphServerOptions = {}): GraphServer {
  const { config, logger } = app.options;
  const {
    demoHeaders,
    draining = () => false,
    plans = new Plans(schema),
    fastPath = true,
    verify,
    onOperation,
    onRequest,
  } = options;
  const loginCode = randomBytes(16).toString('base64url');
  const { secureCookies } = config;
  const sessionCookie = new SessionCookie({ secure: secureCookies });
  const { identity, sessionCookies } = app;
  const limits = { complexity: config.maxComplexity, depth: config.maxDepth, breadth: fieldsPerOperation };
  const turns = new Turns();
  const reader = new RequestReader({
    authenticator: app.authenticator,
    sessionCookie,
    sessionCookies,
    services: {
      identity,
      directory: app.directory,
      documents: { schema, turns },
      liveMarks: app.liveMarks,
      timerStartsBackMs: config.timerStartsBackMs,
    },
    binding: app.binding,
    routing: { baseDomains: config.tenantDomain ? [config.tenantDomain] : [] },
    limits,
    logger,
  });
  const pages = {
    ...{ identity, reader, sessionCookie, sessionCookies },
    open: !config.production,
    demo: demoHeaders && { code: loginCode, headers: demoHeaders },
  };
  const known = new KnownDocuments();
  const { automatic, persistedOnly, aliases } = config.documents;
  const gate = new DocumentGate({
    reader,
    trusted: app.trustedDocuments,
    use: app.documentUse,
    automatic,
    persistedOnly,
    onOperation,
  });
  const cors = new Cors({ origins: config.corsOrigins, headers: config.corsHeaders });
  const addressOf = addressReader(config.trustProxy);
  const isOurs = config.production ? () => true : hostCheck(config);
  const watch = new LogWatch({ binding: app.binding, signals: app.signals, logger });
  const { ending = new AbortController().signal } = options;
  const openIntrospection = !config.production;
  const rateLimits = new RateLimits(config.rateLimits, new TokenBuckets(identity.catalog, identity.clock));
  const subscriptionLimits = { ...defaultSubscriptionLimits, ...options.subscriptionLimits };
  const handshakes = new Handshakes({ ...subscriptionLimits, turns });
  const subscriptions = new Subscriptions({
    ...{ reader, openIntrospection, rateLimits, watch, handshakes, onOperation, ending, logger },
    online: new Online(app.liveMarks),
    meter: options.subscriptionMeter ?? new SubscriptionMeter(),
    ...(plans && { plans }),
  });
  const http: YogaOptions = {
    schema,
    reader,
    known,
    ...(plans && { plans }),
    ...(verify && { verify }),
    onOperation,
    openIntrospection,
    rateLimits,
    subscriptions,
    subscriptionLimits,
    ending,
    secureCookies,
    addressOf,
    isOurs,
    gate,
    aliases,
    cors,
    maxBodyBytes: config.maxBodyBytes,
    compressFrom: config.compressFrom,
    turns,
    logger,
  };
  const yoga = createGraphServer(http);
  const fast = plans && fastPath && new FastPath({ ...http, plans, known, rest: yoga });
  const { upgrade } = new WebSockets({ ...http, yoga, known, subscriptions, handshakes });
  const routes = [
    { ...graphRoute(toExplorer(fast ? fast.handler : yoga), config.maxBodyBytes), upgrade },
    ...healthRoutes(async () => !draining() && (await app.ready())),
    jwksRoute(() => publicKeySet(app.signingKeys)),
    ...organizationDatabaseRoutes({ reader, identity, secureCookies }),
    ...importRoutes({ reader, identity, secureCookies, binding: app.binding, logger }),
    exportRoute({ ...http, known, running: new RunningExports(config.poolSize) }),
    ...pageRoutes(pages),
    ...(options.routes ?? []),
  ];
  const router = new Router({
    routes,
    isOurs,
    addressOf,
    corsHeaders: (origin, method) => cors.headersFor(origin, method),
    secure: secureCookies,
    onRequest,
    logger,
  });
  const warm = () => warmDocuments({ known, trusted: app.trustedDocuments, schema, limits });
  return { yoga, router, ...(fast && { fastPath: fast }), loginCode, warm };
}

/** `/graphql` of every tenant; the fast path and Yoga check the rest of its rules. */
const graphRoute = (listener: RequestListener, maxBytes: number): Route =>
  delegateRoute(
    {
      name: 'graphql',
      path: '/graphql',
      underTenant: true,
      methods: ['GET', 'POST'],
      body: { maxBytes, types: ['application/json'] },
      content: 'data',
    },
    listener,
  );

export interface ServeOptions {
  config: Config;
  logger: Logger;
  /** Ends the server: it drains and goes. */
  signal: AbortSignal;
  stdout: { write(text: string): unknown };
}

/**
 * Runs the server until the signal. In development it migrates and makes the demo organizations first. Throws
 * SCHEMA_MISMATCH, naming the command that mends it, when what all tenants share does not fit this build; a tenant
 * whose schema does not fit is answered MIGRATING, whenever that is.
 */
export async function serve({ config, logger, signal, stdout }: ServeOptions): Promise<void> {
  // Answers are buffers beside V8's heap. By default each 64 MB of them has it mark the whole heap, all that the graph
  // is made of, which took half of the processor time of large answers; so they count as what is on the heap does.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  const { metrics: where } = config;
  const metrics = where.port === undefined && where.token === undefined ? undefined : new Metrics(where);
  await using app = await App.open({
    config,
    logger,
    ...(metrics && { onHeld: metrics.held, onWaited: metrics.waited }),
  });
  if (!config.production) await app.migrate();
  await app.requireSharedFit();
  await using life = await app.register();
  const demo = config.production ? undefined : await ensureDemo(app);
  const plans = new Plans(schema);
  const subscriptions = new SubscriptionMeter();
  const metricsOptions = metrics && { metrics, token: where.token, process: () => processReport(app, plans) };
  const { router, loginCode, warm } = buildGraphServer(app, {
    plans,
    routes: metricsOptions && where.token !== undefined ? metricsRoutes(metricsOptions) : [],
    onRequest: metrics?.request,
    onOperation: metrics?.operation,
    draining: () => signal.aborted,
    ending: signal,
    subscriptionMeter: subscriptions,
    subscriptionLimits: { restartSpreadMs: Math.min(1_000, config.shutdownGraceMs / 2) },
    ...(demo && { demoHeaders: demo.headers }),
  });
  await warm();
  const { host, port, shutdownGraceMs } = config;
  const listen = (on: Pick<HttpOptions, 'router' | 'host' | 'port'>) =>
    HttpServer.listen({ ...on, graceMs: shutdownGraceMs, limits: config.http, logger });
  await using http = await listen({ router, host, port });
  await using upkeep = app.startBackgroundTasks(signal, life);
  await using workers = config.jobWorkers > 0 ? app.startWorkers(config.jobWorkers) : undefined;
  void workers?.sweep();
  if (metrics) addGauges(metrics, gaugesOf(app, plans, upkeep, subscriptions, workers));
  await using metricsHttp =
    metricsOptions && where.port !== undefined
      ? await listen({ router: metricsRouter(metricsOptions, logger), host: where.host, port: where.port })
      : undefined;
  logger.info({ host, port: http.port, ...(metricsHttp && { metricsPort: metricsHttp.port }) }, 'listening');
  if (demo) stdout.write(await demoBlock(demo, `http://localhost:${http.port}`, loginCode));
  await aborted(signal);
  logger.info('draining');
}

/** The metrics and nothing else, by whatever name the reader uses. */
const metricsRouter = (options: MetricsRoutesOptions, logger: Logger): Router =>
  new Router({
    routes: metricsRoutes(options),
    isOurs: () => true,
    addressOf: addressReader(undefined),
    corsHeaders: () => ({}),
    secure: false,
    logger,
  });

const processReport = ({ pools }: App, { counts }: Plans) => ({
  slots: Object.fromEntries(poolsByDatabase(pools.stats())),
  plans: counts,
});

const gaugesOf = (
  { pools, catalogPool, directory, listener, watched, replica }: App,
  plans: Plans,
  upkeep: GaugeSources['upkeep'],
  subscriptions: SubscriptionMeter,
  jobs: GaugeSources['jobs'],
): GaugeSources => ({
  pools: () => [...poolsByDatabase(pools.stats()), ['catalog', catalogPool.stats()]],
  plans,
  directory,
  listener,
  upkeep,
  subscriptions,
  jobs,
  watched,
  replica,
});

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
