import { z } from 'zod';
import type { Identity } from '../../identity/identity.ts';
import { moveOwnDatabase, type OwnDatabase, readOwnDatabase, readOwnMove } from '../../identity/own-database.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError } from '../../lib/errors.ts';
import type { Route, RouteHead, RouteRequest } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import { failureAnswer, type Member, type MemberOptions, memberOf, successAnswer } from './member-of.ts';

/** An address has 2,000 characters at most. */
const maxBytes = 16 * 1024;

const body = z.strictObject({
  /** Null returns to the shared database. */
  databaseUrl: z.string().min(1).check(maxCharacters(2_000)).nullable(),
});

/**
 * `GET /api/organizations/:id/database` shows the database of an organization, `PUT` moves it to its own database or
 * back, and `GET .../database/move` shows the progress of the last move. `:id` is a uuid or a global id. For members
 * with organization:manage, with a bearer token; the password of a database is never shown.
 */
export function organizationDatabaseRoutes(options: MemberOptions): Route[] {
  const { identity } = options;
  const path = '/api/organizations/:id/database';
  const rules = { name: 'api', underTenant: true, content: 'data' } as const;
  const authenticate = (head: RouteHead) => memberOf(head, ['organization:manage'], 'organization database', options);
  return [
    defineRoute({
      ...rules,
      path,
      methods: ['GET', 'PUT'],
      body: { maxBytes, types: ['application/json'] },
      authenticate,
      handle: async (request) => successAnswer(shown(await databaseOf(request, identity))),
      refuse: failureAnswer,
    }),
    defineRoute({
      ...rules,
      path: `${path}/move`,
      methods: ['GET'],
      body: 'none',
      authenticate,
      handle: async ({ caller }) => successAnswer(await readOwnMove(identity, caller.viewer)),
      refuse: failureAnswer,
    }),
  ];
}

async function databaseOf(request: RouteRequest<Member>, identity: Identity): Promise<OwnDatabase> {
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
