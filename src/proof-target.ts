import type { App } from './app.ts';
import type { Config } from './config.ts';
import type { Identity } from './identity/identity.ts';
import { overHttp } from './prove/over-http.ts';
import type { AttackedServer, ProofTarget } from './prove/target.ts';
import { schema } from './schema.ts';
import { buildGraphServer, type GraphParts } from './serve.ts';
import { HttpServer } from './server/http.ts';
import { TenantBinding } from './tenancy/binding.ts';

/** The domain whose subdomains name tenants in the servers of a proof. */
const domain = 'scratch-proof.invalid';

/** The configuration of production, with limits that allow the large queries of a proof. */
const proofConfig = (config: Config): Config => ({
  ...config,
  production: true,
  tenantDomain: domain,
  maxComplexity: 10_000_000,
  maxDepth: 100,
  rateLimits: { key: undefined, organization: undefined },
});

/** Sends no mail: the people that attacks invite or remind have addresses that mail cannot reach. */
const withoutMail = (identity: Identity): Identity => ({ ...identity, mailer: { send: async () => {} } });

/** The parts of an app that the servers of a proof use; tests replace them with leaky ones. */
export const partsOf = (app: App): GraphParts => ({
  options: { ...app.options, config: proofConfig(app.options.config) },
  authenticator: app.authenticator,
  identity: withoutMail(app.identity),
  sessionCookies: app.sessionCookies,
  directory: app.directory,
  binding: app.binding,
  signingKeys: app.signingKeys,
  trustedDocuments: app.trustedDocuments,
  documentUse: app.documentUse,
  signals: app.signals,
  liveMarks: app.liveMarks,
  ready: () => app.ready(),
});

/**
 * Opens the target of a proof: the installation of an app, with one server that compiles documents and one that
 * resolves field by field. `closes` says whether disposing of the target also closes the app.
 */
export async function openProofTarget(app: App, { closes = true } = {}): Promise<ProofTarget & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  if (closes) opened.use(app);
  const { fleet, catalog, directory, binding, identity } = app;
  const { config, logger } = app.options;
  const parts = partsOf(app);
  const { router } = buildGraphServer(parts);
  const { yoga } = buildGraphServer(parts, { plans: null });
  const http = opened.use(await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000, logger }));
  const fieldByField: AttackedServer = { name: 'field by field', ask: (request) => yoga.fetch(request) };
  const resources = opened.move();
  return {
    ...{ fleet, catalog, directory, binding, identity, schema, domain },
    prepare: config.prepare,
    bindingOver: (pool) => new TenantBinding({ pools: { poolOf: () => pool } }),
    servers: [overHttp(http.port), fieldByField],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
