import {
  endOwnMove,
  moveOwnDatabase,
  type OwnDatabase,
  readOwnDatabase,
  readOwnMove,
} from '../../identity/own-database.ts';
import { badInput, mapErrorFields } from '../../lib/errors.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import type { MoveEnd, MovePhase, MoveSummary } from '../../tenancy/tenant-lifecycle.ts';
import { builder } from '../declare/builder.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { Organization } from './organization.ts';

const DatabaseKind = builder.enumType('DatabaseKind', {
  description: 'The kind of a database.',
  values: {
    PRIMARY: { description: 'Holds many organizations and the shared catalog.' },
    SHARED: { description: 'Holds many organizations.' },
    DEDICATED: { description: 'Holds a single organization.' },
  } satisfies Record<Database['kind'], { description: string }>,
});

const MovePhaseEnum = builder.enumType('DatabaseMovePhase', {
  description: 'The phase of a move to another database.',
  values: {
    COPYING: { description: 'The data is being copied; the organization is served from its old database.' },
    SWITCHING: { description: 'Writes are paused for a moment.' },
    SWITCHED: {
      description:
        'The organization is served from the new database; the old copy is kept until the move is confirmed.',
    },
    CONFIRMED: { description: 'The move is complete; the old copy is dropped.' },
    ROLLING_BACK: { description: 'The organization is being moved back.' },
    ROLLED_BACK: { description: 'The organization is in its old database again, with all later writes.' },
    CANCELLED: { description: 'The move was undone before it was complete.' },
  } satisfies Record<MovePhase, { description: string }>,
});

const DatabaseMove = builder.objectRef<MoveSummary>('DatabaseMove').implement({
  description: 'A move of an organization to another database.',
  fields: (t) => ({
    phase: t.expose('phase', { type: MovePhaseEnum, description: 'Its phase.' }),
    from: t.exposeString('from', { description: 'The name of the old database.' }),
    to: t.exposeString('to', { description: 'The name of the new database.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    switchedAt: t.expose('switchedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was switched to the new database; null before.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it is open.',
    }),
    pausedMs: t.exposeInt('pausedMs', {
      nullable: true,
      description: 'For how long writes were paused, in milliseconds; null before the switch.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why the last attempt failed; null if it did not.',
    }),
  }),
});

const OrganizationDatabase = builder.objectRef<OwnDatabase>('OrganizationDatabase').implement({
  description: 'The database of an organization.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the database.' }),
    kind: t.expose('kind', { type: DatabaseKind, description: 'Its kind.' }),
    hasDedicatedDatabase: t.exposeBoolean('hasDedicatedDatabase', {
      description: 'Whether the organization has a database of its own.',
    }),
    databaseUrl: t.exposeString('databaseUrl', {
      nullable: true,
      description: 'The URL of the organization’s own database, without the password; null in a shared one.',
    }),
    lastMove: t.field({
      type: DatabaseMove,
      nullable: true,
      description: 'The organization’s newest move; null if it was never moved.',
      resolve: (_database, _args, ctx) => readOwnMove(ctx.services.identity, ctx.viewer),
    }),
  }),
});

builder.objectField(Organization, 'database', (t) =>
  t.field({
    type: OrganizationDatabase,
    nullable: true,
    description:
      'Its database. Null unless this is the organization of the request and the viewer has organization:manage.',
    resolve: ({ id }, _args, ctx) => {
      const { viewer } = ctx.request;
      if (viewer?.organizationId !== id || !viewer.permissions.has('organization:manage')) return null;
      return readOwnDatabase(ctx.services.identity, viewer);
    },
  }),
);

const afterwards = { type: OrganizationDatabase, description: 'The database after the change.' } as const;

/** Every error about the database names the argument with its URL. */
const ofAddress = Object.fromEntries(
  ['databaseUrl', 'adminUrl', 'host', 'name'].map((field) => [field, 'input.databaseUrl']),
);

defineCatalogMutation('moveOrganizationDatabase', {
  description:
    'Moves the organization to a database of its own, or back to the shared one, while it is served; its writes are paused for ' +
    'a moment. The old copy is kept until the move is confirmed. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    databaseUrl: t.string({
      description:
        'postgresql://user:password@host:port/name of an empty database, with a login that may create roles; null for the shared one.',
    }),
  }),
  run: async (ctx, _input, { databaseUrl }) => {
    personOf(ctx);
    if (databaseUrl === undefined) throw badInput('must be a URL or null', 'input.databaseUrl');
    const moving = moveOwnDatabase(ctx.services.identity, ctx.viewer, databaseUrl, originOf(ctx));
    return { database: await mapErrorFields(ofAddress, moving) };
  },
  payload: (t) => ({ database: t.expose('database', afterwards) }),
});

const MoveEndEnum = builder.enumType('DatabaseMoveEnd', {
  description: 'How to end an open move.',
  values: {
    CONFIRM: { description: 'Drop the old copy.' },
    ROLL_BACK: { description: 'Move back to the old database, with all later writes.' },
    CANCEL: { description: 'Undo a move that is not complete.' },
  } satisfies Record<MoveEnd, { description: string }>,
});

defineCatalogMutation('endOrganizationMove', {
  description: 'Ends the open move of the organization. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ how: t.field({ type: MoveEndEnum, required: true, description: 'How to end it.' }) }),
  run: async (ctx, { how }) => {
    personOf(ctx);
    return { database: await endOwnMove(ctx.services.identity, ctx.viewer, how, originOf(ctx)) };
  },
  payload: (t) => ({ database: t.expose('database', afterwards) }),
});
