import type { GraphRequest } from '../../graphql/context.ts';
import type { GraphLimits } from '../../graphql/limits/complexity.ts';
import type { Services } from '../../graphql/services.ts';
import type { Authenticator } from '../../identity/authenticate.ts';
import type { Credential } from '../../identity/credential.ts';
import type { Refusal } from '../../identity/refusal-log.ts';
import { refusedCredential } from '../../identity/refused-credential.ts';
import type { SessionCookies } from '../../identity/session-cookies.ts';
import { isViewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { currentRequest } from '../../lib/request-context.ts';
import { decodeEventCursor } from '../../modules/events/event-cursor.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import { type RoutingOptions, routeTenant } from '../../tenancy/routing.ts';
import { isSameOrigin } from '../same-origin.ts';
import { pageCsrf, type SessionCookie } from '../session-cookie.ts';
import type { RequestHead } from './head.ts';
import { csrfHeader } from './rules.ts';

export interface RequestReaderOptions {
  authenticator: Authenticator;
  sessionCookie: SessionCookie;
  sessionCookies: SessionCookies;
  services: Services;
  binding: TenantBinding;
  routing: RoutingOptions;
  limits: GraphLimits;
  logger: Logger;
}

/** Finds the tenant and the sender of a request, for every transport. */
export class RequestReader {
  readonly #options: RequestReaderOptions;

  constructor(options: RequestReaderOptions) {
    this.#options = options;
  }

  get limits(): GraphLimits {
    return this.#options.limits;
  }

  /**
   * Adds the tenant and the sender to the anonymous request. Throws BAD_CURSOR, and what routing and authentication
   * throw: TENANT_*, UNAUTHENTICATED, SESSION_REVOKED, FORBIDDEN.
   */
  async resolve(head: RequestHead, anonymous = this.anonymous(head)): Promise<GraphRequest> {
    try {
      return await this.#resolveCaller(head, anonymous);
    } catch (error) {
      const refusal = refusedCredential(head.headers.get('authorization'), error);
      if (refusal) this.#note(anonymous, refusal);
      throw error;
    }
  }

  #note({ address: ipAddress, userAgent, requestId, services }: GraphRequest, refusal: Refusal): void {
    services.identity.refusals.note({ ...refusal, ipAddress, userAgent, requestId });
  }

  async #resolveCaller(head: RequestHead, anonymous: GraphRequest): Promise<GraphRequest> {
    const credential = await this.#options.authenticator.read(head.headers.get('authorization') ?? undefined);
    if (credential) return this.#resolve(head, anonymous, credential);
    const isOfPage = head.headers.get(csrfHeader) === pageCsrf && isSameOrigin(head.headers);
    return isOfPage ? this.resolveVisitor(head, anonymous) : this.#resolve(head, anonymous, null);
  }

  /**
   * The same for a browser that opens one of our pages, by its session cookie. The organization is the one that host or
   * path name. A cookie whose session has ended proves nothing. Throws TENANT_*, FORBIDDEN.
   */
  async resolveVisitor(head: RequestHead, anonymous = this.anonymous(head)): Promise<GraphRequest> {
    const { sessionCookie, sessionCookies } = this.#options;
    const token = sessionCookie.read(head.headers.get('cookie'));
    const credential = token === undefined ? 'ended' : await sessionCookies.read(token);
    if (credential === 'forged') this.#note(anonymous, { actor: { kind: 'SYSTEM' }, action: 'session-cookie.refused' });
    if (typeof credential === 'string') return this.#resolve(head, anonymous, null);
    return this.#resolve(head, anonymous, credential, true).catch((error: unknown) => {
      if (error instanceof AppError && ended.has(error.code)) return this.#resolve(head, anonymous, null);
      throw error;
    });
  }

  async #resolve(
    head: RequestHead,
    anonymous: GraphRequest,
    proven: Credential | null,
    isOfCookie = false,
  ): Promise<GraphRequest> {
    const { authenticator, services, routing } = this.#options;
    const header = (name: string) => head.headers.get(name) ?? undefined;
    const tokenOrganizationId = await authenticator.organizationOf(proven, head.address);
    const path = pathOf(head.url);
    const hints = { host: header('host'), path, header: header('x-tenant'), tokenOrganizationId };
    const tenant = await routeTenant(hints, routing, services.directory);
    const current = currentRequest();
    if (current) current.tenant = tenant?.slug;
    // The cookie of our pages is valid for each organization of its user, because each of them has such pages
    const credential = isOfCookie && proven?.kind === 'session' ? { ...proven, organizationId: tenant?.id } : proven;
    const who = await authenticator.authenticate({ credential, tenant, address: head.address });
    const viewer = isViewer(who) ? { ...who, ...(tenant && { modules: tenant.modules }) } : undefined;
    const change = header('chantier-after');
    const after = change === undefined ? undefined : decodeEventCursor(change);
    return { ...anonymous, tenant, account: viewer ?? who ?? undefined, viewer, after };
  }

  /** A request that needs no tenant and no viewer, such as open introspection. */
  anonymous(head: RequestHead): GraphRequest {
    const { services, binding, limits, logger } = this.#options;
    const current = currentRequest();
    const requestId = current?.requestId ?? uuidv7();
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
      answer: { replayed: false },
      services,
      binding,
      limits,
      logger: () => (current ? logger : logger.child({ requestId })),
    };
  }
}

const ended: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'SESSION_REVOKED']);

/** An address whose path needs no decoding, so that it need not be parsed. */
const plain = /^https?:\/\/[\w.:-]+(\/[\w/-]*)$/;

const pathOf = (url: string): string => plain.exec(url)?.[1] ?? new URL(url).pathname;
