import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { decodeGlobalId } from '../../graphql/declare/global-id.ts';
import { requestError } from '../../graphql/execute/mask-error.ts';
import type { Identity } from '../../identity/identity.ts';
import { moveOwnDatabase, type OwnDatabase, readOwnDatabase, readOwnMove } from '../../identity/own-database.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { readJson } from '../../lib/read-text.ts';
import { RefreshCookie } from '../refresh-cookie.ts';
import type { RequestScopes } from '../request-scopes.ts';
import { headOf, type OperationsOptions, type Socketed } from './use-operations.ts';
import { problemOf, type RequestRulesOptions } from './use-request-rules.ts';

export interface OrganizationDatabaseOptions
  extends RequestRulesOptions,
    Pick<OperationsOptions, 'trustProxy' | 'secureCookies' | 'logger'> {
  scopes: RequestScopes;
  identity: Identity;
  maxBodyBytes: number;
}

const path = /^(?:\/t\/[^/?#]+)?\/api\/organizations\/([^/]+)\/database(\/move)?$/;
const headers = { 'cache-control': 'no-store' };

const body = z.strictObject({
  /** Null returns to the shared database. */
  databaseUrl: z.string().min(1).check(maxCharacters(2_000)).nullable(),
});

/**
 * `GET` and `PUT /api/organizations/:id/database`: where an organization's data is, and moving it to a database of its own or
 * back; `GET .../database/move`: how far its last move is. `:id` is a uuid or a global id. For members with
 * organization:manage, by bearer token; the password of a database is never told.
 */
export function useOrganizationDatabase(options: OrganizationDatabaseOptions): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI, serverContext }) {
      const [, id, isMove] = path.exec(url.pathname) ?? [];
      if (id === undefined || request.method === 'OPTIONS') return;
      const answer = (status: number, content: object, more = {}) =>
        endResponse(fetchAPI.Response.json(content, { status, headers: { ...headers, ...more } }));
      try {
        refuseRequest(request, isMove !== undefined, options);
        const who = await callerOf(request, (serverContext as { req?: Socketed }).req, id, options);
        answer(200, { success: true, data: await dataOf(request, isMove !== undefined, who, options) });
      } catch (error) {
        const { message, extensions } = requestError(error, options.logger);
        const { http, ...told } = extensions as { http?: { status: number; headers?: object } };
        answer(http?.status ?? 500, { success: false, error: { message, ...told } }, http?.headers);
      }
    },
  };
}

/** The same rules as for the graph: our own name, JSON, and for the session cookie a header that other sites cannot set. */
function refuseRequest(request: Request, isMove: boolean, options: RequestRulesOptions): void {
  const { method, url, headers } = request;
  if (method !== 'GET' && (method !== 'PUT' || isMove)) {
    throw new AppError('METHOD_NOT_ALLOWED', isMove ? 'Use GET' : 'Use GET or PUT');
  }
  const problem = problemOf({ url, headers, method: method === 'PUT' ? 'POST' : method }, options);
  if (problem) throw problem;
}

interface Caller {
  viewer: Viewer;
  origin: { ipAddress: string | undefined; userAgent: string | undefined; requestId: string };
}

/** Who sends the request. An organization that is not the caller's answers like one that there is not. */
async function callerOf(
  request: Request,
  req: Socketed | undefined,
  id: string,
  { scopes, trustProxy, secureCookies }: OrganizationDatabaseOptions,
): Promise<Caller> {
  const cookies = new RefreshCookie(request.headers.get('cookie'), { secure: secureCookies });
  const scope = await scopes.resolve({ ...headOf(request, req, trustProxy), cookies });
  const { viewer, address, userAgent, requestId } = scope;
  if (!viewer) throw new AppError('UNAUTHENTICATED', 'Sign in first');
  if (uuidOf(id) !== viewer.organizationId) throw notFound('Organization', 'id');
  requirePermission(viewer, 'organization:manage');
  return { viewer, origin: { ipAddress: address === 'unknown' ? undefined : address, userAgent, requestId } };
}

function uuidOf(given: string): string | undefined {
  const id = given.replace(/%3a/i, ':');
  if (isUuid(id)) return id.toLowerCase();
  const { typename, id: uuid } = decodeGlobalId(id);
  return typename === 'Organization' ? uuid : undefined;
}

async function dataOf(
  request: Request,
  isMove: boolean,
  { viewer, origin }: Caller,
  { identity, maxBodyBytes }: OrganizationDatabaseOptions,
): Promise<object | null> {
  if (isMove) return await readOwnMove(identity, viewer);
  if (request.method === 'GET') return shown(await readOwnDatabase(identity, viewer));
  const { databaseUrl } = await readBody(request, maxBodyBytes);
  return shown(await moveOwnDatabase(identity, viewer, databaseUrl, origin));
}

const shown = ({ organizationId, organizationName, databaseUrl, hasDedicatedDatabase }: OwnDatabase) => ({
  organizationId,
  organizationName,
  databaseUrl,
  hasDedicatedDatabase,
});

async function readBody(request: Request, maxBytes: number): Promise<z.output<typeof body>> {
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge();
  const text = await request.text();
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge();
  const { success, data } = body.safeParse(readJson(text));
  if (success) return data;
  throw new AppError('BAD_INPUT', 'Send {"databaseUrl": "postgresql://..."}, or null for the shared database', {
    field: 'databaseUrl',
  });
}

const tooLarge = (): AppError => new AppError('PAYLOAD_TOO_LARGE', 'The body is too large');
