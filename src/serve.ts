import { randomBytes } from 'node:crypto';
import type { App } from './app.ts';
import { publicKeySet } from './identity/jwks.ts';
import { schema } from './schema.ts';
import { Explorer, type ExplorerOptions } from './server/explorer.ts';
import { HttpServer } from './server/http.ts';
import { RequestScopes } from './server/request-scopes.ts';
import { createGraphServer, type Yoga } from './server/yoga.ts';

const fieldsPerDocument = 500;

export interface GraphServerOptions {
  /** Development: who the printed address signs the explorer in as. */
  demoHeaders?: () => Promise<Record<string, string>>;
  /** Whether the process is going away: then it is alive, but not ready. */
  draining?: () => boolean;
}

export interface GraphServer {
  yoga: Yoga;
  /** Opens the explorer signed in, when appended to its address; development only. */
  loginCode: string;
}

/** The HTTP side over an opened App, without a socket. */
export function buildGraphServer(app: App, options: GraphServerOptions = {}): GraphServer {
  const { config, logger } = app.options;
  const { demoHeaders, draining = () => false } = options;
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
    mayOpen: () => Promise.resolve(false),
    demo: demoHeaders && { code: loginCode, headers: demoHeaders },
  };
  const yoga = createGraphServer({
    schema,
    scopes,
    explorer: new Explorer(explorer),
    openIntrospection: !config.production,
    secureCookies: config.publicUrl.startsWith('https:'),
    trustProxy: config.trustProxy,
    publicKeys: () => publicKeySet(app.signingKeys),
    ready: async () => !draining() && (await app.ready()),
    corsOrigins: config.corsOrigins,
    maxBodyBytes: config.maxBodyBytes,
    logger,
  });
  return { yoga, loginCode };
}

/** Listens on the configured address. */
export function listen(app: App, yoga: Yoga): Promise<HttpServer> {
  const { host, port, shutdownGraceMs } = app.options.config;
  return HttpServer.listen({ handler: yoga, host, port, graceMs: shutdownGraceMs });
}
