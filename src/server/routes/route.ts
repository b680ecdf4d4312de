import type { IncomingMessage, RequestListener } from 'node:http';
import type { Readable } from 'node:stream';
import type { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { RouteContent } from './security-headers.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route reads of a request's body. */
export type BodyRule =
  | 'none'
  | {
      maxBytes: number;
      /** Media types, such as `application/json`; others are refused. */
      types: readonly string[];
      /** `whole` (default) must arrive within the time for bodies, `stream` at the minimum rate. */
      pace?: 'whole' | 'stream';
    };

/** What the server has to know of a route before it reads anything: no route can be registered without it. */
export interface RouteRules {
  /** Its label in metrics. */
  name: string;
  /** Such as `/api/organizations/:id/database`; a parameter is one segment. */
  path: string;
  /** Whether it is also there below `/t/<slug>`. */
  underTenant?: boolean;
  methods: readonly [Method, ...Method[]];
  body: BodyRule;
  /** Decides the security headers. */
  content: RouteContent;
  /** How this route tells an error; a JSON object with `errors` by default. */
  refuse?(error: AppError, request: Pick<RouteHead, 'headers'>): RouteAnswer;
}

/** What is known of a request before its body is read. */
export interface RouteHead {
  method: string;
  /** With its host, as the client wrote it. */
  url: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: { get(name: string): string | null };
  /** The client's address; `unknown` when a proxy does not tell. */
  address: string;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

export interface RouteRequest<Caller> extends RouteHead {
  caller: Caller;
  /** The body, valid UTF-8. Throws PAYLOAD_TOO_LARGE, BAD_INPUT. */
  text(): Promise<string>;
  /** The body read as JSON. Throws the same. */
  json(): Promise<unknown>;
  /** The body of a form. Throws the same. */
  form(): Promise<URLSearchParams>;
  /** The body as it arrives, within its limit. */
  chunks(): AsyncIterable<Buffer>;
}

export interface RouteAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[]>>;
  body: string | Buffer | Readable;
}

export interface RouteDefinition<Caller> extends RouteRules {
  /** Runs before anything of the body is read. Returns who calls, or throws why the caller is refused. */
  authenticate(head: RouteHead): Promise<Caller>;
  handle(request: RouteRequest<Caller>): Promise<RouteAnswer>;
}

/** Answers a request that the router found in order. Never throws. */
export type Serve = (request: IncomingMessage, head: RouteHead, logger: Logger) => Promise<RouteAnswer>;

/** A route as the router has it: made by `defineRoute` or `delegateRoute`. */
export interface Route extends RouteRules {
  readonly serve: Serve | { delegate: RequestListener };
}

/** The authentication of a route that anybody may call. */
export const anybody = (): Promise<undefined> => Promise.resolve(undefined);

/** A route whose requests another part of the server reads and answers, such as the graph. */
export const delegateRoute = (rules: RouteRules, delegate: RequestListener): Route => ({
  ...rules,
  serve: { delegate },
});
