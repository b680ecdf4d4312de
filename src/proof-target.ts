import type { App } from './app.ts';
import type { Config } from './config.ts';
import type { Identity } from './identity/identity.ts';
import { overHttp } from './prove/over-http.ts';
import type { AttackedServer, ProofTarget } from './prove/target.ts';
import { schema } from './schema.ts';
import { buildGraphServer, type GraphParts } from './serve.ts';
import { HttpServer } from './server/http.ts';
import { TenantBinding } from './tenancy/binding.ts';

/** Below which a host names a tenant in the servers of a proof. */
const domain = 'scratch-proof.invalid';

/** As in production, and with room for the large queries of a proof. */
const attackable = (config: Config): Config => ({
  ...config,
  production: true,
  tenantDomain: domain,
  maxComplexity: 10_000_000,
  maxDepth: 100,
});

/** Whom attacks invite or remind has an address that no mail reaches. */
const withoutMail = (identity: Identity): Identity => ({ ...identity, mailer: { send: async () => {} } });

/** The parts of an app that a proof's servers are made of: a test puts leaky ones in their place. */
export const partsOf = (app: App): GraphParts => ({
  options: { ...app.options, config: attackable(app.options.config) },
  authenticator: app.authenticator,
  identity: withoutMail(app.identity),
  sessionCookies: app.sessionCookies,
  directory: app.directory,
  binding: app.binding,
  signingKeys: app.signingKeys,
  trustedDocuments: app.trustedDocuments,
  documentUse: app.documentUse,
  ready: () => app.ready(),
});

/**
 * What a proof attacks: the installation of an app, through servers of both kinds over it. `closes` closes the app with
 * them.
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
