import { z } from 'zod';
import { decodeGlobalId } from '../../graphql/declare/global-id.ts';
import type { Identity } from '../../identity/identity.ts';
import { moveOwnDatabase, type OwnDatabase, readOwnDatabase, readOwnMove } from '../../identity/own-database.ts';
import { actorOf, requirePermission, type Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError, httpStatusOf, notFound } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { RefreshCookie } from '../request/refresh-cookie.ts';
import type { RequestScopes } from '../request/request-scopes.ts';
import { errorHeaders, jsonAnswer } from '../routes/answers.ts';
import type { Route, RouteAnswer, RouteHead, RouteRequest } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';

export interface OrganizationDatabaseOptions {
  scopes: RequestScopes;
  identity: Identity;
  /** Whether browsers reach us by https. */
  secureCookies: boolean;
}

/** An address has 2,000 characters at most. */
const maxBytes = 16 * 1024;

const body = z.strictObject({
  /** Null returns to the shared database. */
  databaseUrl: z.string().min(1).check(maxCharacters(2_000)).nullable(),
});

/**
 * `GET /api/organizations/:id/database` shows the database of an organization, `PUT` moves it to its own database or back, and
 * `GET .../database/move` shows the progress of the last move. `:id` is a uuid or a global id. For members with
 * organization:manage, with a bearer token; the password of a database is never shown.
 */
export function organizationDatabaseRoutes(options: OrganizationDatabaseOptions): Route[] {
  const { identity } = options;
  const path = '/api/organizations/:id/database';
  const rules = { name: 'api', underTenant: true, content: 'data' } as const;
  const authenticate = (head: RouteHead) => callerOf(head, options);
  return [
    defineRoute({
      ...rules,
      path,
      methods: ['GET', 'PUT'],
      body: { maxBytes, types: ['application/json'] },
      authenticate,
      handle: async (request) => success(shown(await databaseOf(request, identity))),
      refuse,
    }),
    defineRoute({
      ...rules,
      path: `${path}/move`,
      methods: ['GET'],
      body: 'none',
      authenticate,
      handle: async ({ caller }) => success(await readOwnMove(identity, caller.viewer)),
      refuse,
    }),
  ];
}

const success = (data: object | null): RouteAnswer => jsonAnswer({ success: true, data });

const refuse = (error: AppError): RouteAnswer => {
  const { code, message, details } = error;
  return jsonAnswer({ success: false, error: { message, code, ...details } }, httpStatusOf(code), errorHeaders(error));
};

interface Caller {
  viewer: Viewer;
  origin: { ipAddress: string | undefined; userAgent: string | undefined; requestId: string };
}

/** The sender of the request. The organization of another member gets the same answer as one that does not exist. */
async function callerOf(
  head: RouteHead,
  { scopes, secureCookies, identity }: OrganizationDatabaseOptions,
): Promise<Caller> {
  const cookies = new RefreshCookie(head.headers.get('cookie'), { secure: secureCookies });
  const { viewer, address, userAgent, requestId } = await scopes.resolve({ ...head, cookies });
  if (!viewer) throw new AppError('UNAUTHENTICATED', 'Sign in first');
  if (uuidOf(head.params.id!) !== viewer.organizationId) throw notFound('Organization', 'id');
  const origin = { ipAddress: address, userAgent, requestId };
  if (!viewer.permissions.has('organization:manage')) {
    const refusal = { actor: actorOf(viewer), action: 'administration.refused', organizationId: viewer.organizationId };
    identity.refusals.note({ ...origin, ...refusal, metadata: { route: 'organization database' } });
  }
  requirePermission(viewer, 'organization:manage');
  return { viewer, origin };
}

function uuidOf(id: string): string | undefined {
  if (isUuid(id)) return id.toLowerCase();
  const { typename, id: uuid } = decodeGlobalId(id);
  return typename === 'Organization' ? uuid : undefined;
}

async function databaseOf(request: RouteRequest<Caller>, identity: Identity): Promise<OwnDatabase> {
  const { viewer, origin } = request.caller;
  if (request.method !== 'PUT') return readOwnDatabase(identity, viewer);
  const { success: isRight, data } = body.safeParse(await request.json());
  if (isRight) return moveOwnDatabase(identity, viewer, data.databaseUrl, origin);
  throw new AppError('BAD_INPUT', 'Send {"databaseUrl": "postgresql://..."}, or null for the shared database', {
    field: 'databaseUrl',
  });
}

const shown = ({ organizationId, organizationName, databaseUrl, hasDedicatedDatabase }: OwnDatabase) => ({
  organizationId,
  organizationName,
  databaseUrl,
  hasDedicatedDatabase,
});
