import type { CookieJar, RequestScope } from '../graphql/context.ts';
import type { GraphLimits } from '../graphql/limits/complexity.ts';
import type { Services } from '../graphql/services.ts';
import type { Authenticator } from '../identity/authenticate.ts';
import { refusedCredential } from '../identity/refused-credential.ts';
import { isViewer } from '../identity/viewer.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { decodeEventCursor } from '../modules/events/event-cursor.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import { type RoutingOptions, routeTenant } from '../tenancy/routing.ts';

/** What a transport knows of a request. */
export interface RequestHead {
  url: string;
  headers: { get(name: string): string | null };
  /** Undefined: the request came by no connection, such as from a test. */
  address: string | undefined;
  cookies: CookieJar;
  signal: AbortSignal | undefined;
}

export interface RequestScopesOptions {
  authenticator: Authenticator;
  services: Services;
  binding: TenantBinding;
  routing: RoutingOptions;
  limits: GraphLimits;
  logger: Logger;
}

/** Finds out which tenant a request is for and who sends it: the same for every transport. */
export class RequestScopes {
  readonly #options: RequestScopesOptions;

  constructor(options: RequestScopesOptions) {
    this.#options = options;
  }

  get limits(): GraphLimits {
    return this.#options.limits;
  }

  /** Adds to the anonymous scope. Throws BAD_CURSOR, and what routing and authentication throw: TENANT_*, UNAUTHENTICATED, SESSION_REVOKED, FORBIDDEN. */
  async resolve(head: RequestHead, anonymous = this.anonymous(head)): Promise<RequestScope> {
    try {
      return await this.#resolve(head, anonymous);
    } catch (error) {
      const { identity } = this.#options.services;
      const refusal = refusedCredential(head.headers.get('authorization'), error);
      const { address: ipAddress, userAgent, requestId } = anonymous;
      if (refusal) identity.refusals.note({ ...refusal, ipAddress, userAgent, requestId });
      throw error;
    }
  }

  async #resolve(head: RequestHead, anonymous: RequestScope): Promise<RequestScope> {
    const { authenticator, services, routing } = this.#options;
    const header = (name: string) => head.headers.get(name) ?? undefined;
    const credential = await authenticator.read(header('authorization'));
    const tokenOrganizationId = await authenticator.organizationOf(credential);
    const path = pathOf(head.url);
    const hints = { host: header('host'), path, header: header('x-tenant'), tokenOrganizationId };
    const tenant = await routeTenant(hints, routing, services.directory);
    const who = await authenticator.authenticate({ credential, tenant });
    const viewer = isViewer(who) ? { ...who, ...(tenant && { modules: tenant.modules }) } : undefined;
    const change = header('chantier-after');
    const after = change === undefined ? undefined : decodeEventCursor(change);
    return { ...anonymous, tenant, account: viewer ?? who ?? undefined, viewer, after };
  }

  /** The scope of a request that reads nothing of anybody, such as introspection where it is open. */
  anonymous(head: RequestHead): RequestScope {
    const { services, binding, limits, logger } = this.#options;
    const requestId = uuidv7();
    return {
      requestId,
      tenant: undefined,
      account: undefined,
      viewer: undefined,
      address: head.address,
      userAgent: head.headers.get('user-agent') ?? undefined,
      idempotencyKey: head.headers.get('idempotency-key') ?? undefined,
      after: undefined,
      signal: head.signal,
      cookies: head.cookies,
      services,
      binding,
      limits,
      logger: () => logger.child({ requestId }),
    };
  }
}

/** Where nothing in it has to be resolved or decoded, without the cost of parsing it. */
const plain = /^https?:\/\/[\w.:-]+(\/[\w/-]*)$/;

const pathOf = (url: string): string => plain.exec(url)?.[1] ?? new URL(url).pathname;
