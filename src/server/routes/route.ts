import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { RouteContent } from './security-headers.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body that a route accepts. */
export type BodyRule =
  | 'none'
  | {
      maxBytes: number;
      /** Media types, such as `application/json`; others are refused. */
      types: readonly string[];
      /** A `whole` body (default) must arrive within `bodyMs`, a `stream` at the minimum rate. */
      pace?: 'whole' | 'stream';
    };

/** The rules that every route must declare; they apply before its body is read. */
export interface RouteRules {
  /** Its label in metrics. */
  name: string;
  /** Such as `/api/organizations/:id/database`; a parameter is one segment. */
  path: string;
  /** Whether the path also works after `/t/<slug>`. */
  underTenant?: boolean;
  methods: readonly [Method, ...Method[]];
  body: BodyRule;
  /** Decides the security headers. */
  content: RouteContent;
  /** The answer for an error; by default a JSON object with `errors`. */
  refuse?(error: AppError, request: Pick<RouteHead, 'headers'>): RouteAnswer;
}

/** A request without its body. */
export interface RouteHead {
  method: string;
  /** Such as `1.1`. */
  httpVersion: string;
  /** The address with its host, as the client wrote it. */
  url: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: { get(name: string): string | null };
  /** The client's address; `unknown` when the proxy's header cannot be read. */
  address: string;
  /** Aborts when the client disconnects. */
  signal: AbortSignal;
}

export interface RouteRequest<Caller> extends RouteHead {
  caller: Caller;
  /** The body as text. Throws PAYLOAD_TOO_LARGE, and BAD_INPUT for invalid UTF-8. */
  text(): Promise<string>;
  /** The body as JSON. Throws the same errors. */
  json(): Promise<unknown>;
  /** The body as a form. Throws the same errors. */
  form(): Promise<URLSearchParams>;
  /** The chunks of the body as they arrive. Throws PAYLOAD_TOO_LARGE. */
  chunks(): AsyncIterable<Buffer>;
}

export interface RouteAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[]>>;
  body: string | Buffer | Readable;
  /** Trailers after a body that is a stream; their names must be in the header `trailer`. */
  trailers?(): Readonly<Record<string, string>>;
}

export interface RouteDefinition<Caller> extends RouteRules {
  /** Runs before the body is read. Returns the caller, or throws the reason of a refusal. */
  authenticate(head: RouteHead): Promise<Caller>;
  handle(request: RouteRequest<Caller>): Promise<RouteAnswer>;
}

/** Answers a request that has passed the router's checks. Never throws. */
export type Serve = (request: IncomingMessage, head: RouteHead, logger: Logger) => Promise<RouteAnswer>;

/** A route for the router: made by `defineRoute` or `delegateRoute`. */
export interface Route extends RouteRules {
  readonly serve: Serve | { delegate: RequestListener };
  /** Takes over the connection of a WebSocket handshake; without it a handshake is answered like any request. */
  readonly upgrade?: Upgrade;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, first: Buffer) => void;

/** The authentication of a route that anybody may call. */
export const anybody = (): Promise<undefined> => Promise.resolve(undefined);

/** A route that another part of the server handles, such as Yoga. */
export const delegateRoute = (rules: RouteRules, delegate: RequestListener): Route => ({
  ...rules,
  serve: { delegate },
});
