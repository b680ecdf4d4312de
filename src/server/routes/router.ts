import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { toRequestError } from '../../graphql/execute/mask-error.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { asRequest } from '../../lib/request-context.ts';
import type { AddressReader } from '../client-address.ts';
import { headersOf } from '../request/head.ts';
import { errorAnswer } from './answers.ts';
import { checkLength, checkRules, checkTarget, isTooLong } from './check-request.ts';
import { type PathPattern, pathPattern } from './path-pattern.ts';
import type { Route, RouteAnswer, Serve } from './route.ts';
import { routeHead } from './route-head.ts';
import { type RouteContent, securityHeaders } from './security-headers.ts';
import { sendAnswer } from './serve-route.ts';

export interface RouterOptions {
  routes: readonly Route[];
  /** Whether a Host header means this server. */
  isOurs(host: string): boolean;
  addressOf: AddressReader;
  /** The CORS headers of answers to an origin. */
  corsHeaders(origin: string | undefined, method: string | undefined): Readonly<Record<string, string>>;
  /** Called when a request begins, with the label of its route. */
  onRequest?: ((route: string, response: ServerResponse) => void) | undefined;
  /** Whether browsers reach the server by https only. */
  secure: boolean;
  logger: Logger;
}

interface Entry {
  route: Route;
  match: PathPattern;
}

interface Found {
  route: Route;
  params: Record<string, string>;
}

/**
 * Dispatches every request. Unknown paths get NOT_FOUND; the rules of a route (methods, body limit, callers, security
 * headers) apply before its body is read.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #entries: readonly Entry[];
  readonly #headers: Record<RouteContent, [string, string][]>;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#entries = options.routes.map((route) => ({ route, match: pathPattern(route) }));
    const headers = (content: RouteContent) => Object.entries(securityHeaders(content, options.secure));
    this.#headers = { data: headers('data'), page: headers('page') };
  }

  get routes(): readonly Route[] {
    return this.#options.routes;
  }

  /** The route of a target such as `/graphql?query=x`. */
  routeOf(target: string): Route | undefined {
    return this.#find(target)?.route;
  }

  /** Whether Content-Length exceeds the limit of the route. */
  isTooLong(request: IncomingMessage): boolean {
    const route = this.routeOf(request.url ?? '');
    return route !== undefined && isTooLong(request, route);
  }

  readonly handler: RequestListener = (request, response) =>
    asRequest((requestId) => {
      response.setHeader('x-request-id', requestId);
      this.#handle(request, response);
    });

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const found = this.#find(request.url ?? '');
    this.#options.onRequest?.(found?.route.name ?? 'other', response);
    for (const [name, value] of this.#headers[found?.route.content ?? 'data']) response.setHeader(name, value);
    try {
      this.#answer(request, response, found);
    } catch (error) {
      this.#send(response, this.#refusal(error, request, found));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, found: Found | undefined): void {
    checkTarget(request);
    if (!found) throw new AppError('NOT_FOUND', 'There is nothing at this path');
    const { route } = found;
    checkLength(request, route);
    const { serve } = route;
    if (typeof serve === 'function') this.#serve(request, response, found, serve);
    else serve.delegate(request, response);
  }

  #serve(request: IncomingMessage, response: ServerResponse, { route, params }: Found, serve: Serve): void {
    const { addressOf, corsHeaders, isOurs, logger } = this.#options;
    const { host } = request.headers;
    if (host !== undefined && !isOurs(host)) throw notOurs();
    const cors = corsHeaders(request.headers.origin, request.method);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    const head = routeHead(request, response, params, addressOf);
    const { method } = head;
    if (method !== 'OPTIONS') checkRules(head, route);
    const answer = method === 'OPTIONS' ? Promise.resolve(preflight(route)) : serve(request, head, logger);
    answer.then(
      (made) => this.#send(response, made),
      () => response.destroy(),
    );
  }

  #find(target: string): Found | undefined {
    const [path = ''] = target.split('?', 1);
    for (const { route, match } of this.#entries) {
      const params = match(path);
      if (params) return { route, params };
    }
    return undefined;
  }

  #refusal(error: unknown, request: IncomingMessage, found: Found | undefined): RouteAnswer {
    const { refuse = errorAnswer, methods = [] } = found?.route ?? {};
    const known = toRequestError(error, this.#options.logger);
    const answer = refuse(known, { headers: headersOf(request) });
    if (known.code !== 'METHOD_NOT_ALLOWED') return answer;
    return { ...answer, headers: { ...answer.headers, allow: methods.join(', ') } };
  }

  #send(response: ServerResponse, answer: RouteAnswer): void {
    sendAnswer(response, answer).catch(() => response.destroy());
  }
}

const notOurs = (): AppError =>
  new AppError('FORBIDDEN', 'This server does not accept that Host header; set PUBLIC_URL to the address that you use');

const preflight = ({ methods }: Route): RouteAnswer => ({
  status: 204,
  headers: { allow: [...methods, 'OPTIONS'].join(', ') },
  body: '',
});
