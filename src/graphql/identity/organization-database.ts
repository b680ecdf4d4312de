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
  description: 'Whom a database is for.',
  values: {
    PRIMARY: { description: 'Many organizations, and what all share.' },
    SHARED: { description: 'Many organizations.' },
    DEDICATED: { description: 'One organization alone.' },
  } satisfies Record<Database['kind'], { description: string }>,
});

const MovePhaseEnum = builder.enumType('DatabaseMovePhase', {
  description: 'How far a move to another database is.',
  values: {
    COPYING: { description: 'The data is copied; the organization is served from where it was.' },
    SWITCHING: { description: 'Writes are held for a moment.' },
    SWITCHED: { description: 'It is served from the new place; what it left is kept until the move is confirmed.' },
    CONFIRMED: { description: 'Done; what it left is gone.' },
    ROLLING_BACK: { description: 'It is on its way back.' },
    ROLLED_BACK: { description: 'It is where it was, with all that was written since.' },
    CANCELLED: { description: 'It was undone before it reached its end.' },
  } satisfies Record<MovePhase, { description: string }>,
});

const DatabaseMove = builder.objectRef<MoveSummary>('DatabaseMove').implement({
  description: 'A move of an organization to another database.',
  fields: (t) => ({
    phase: t.expose('phase', { type: MovePhaseEnum, description: 'How far it is.' }),
    from: t.exposeString('from', { description: 'The name of the database that it left.' }),
    to: t.exposeString('to', { description: 'The name of the database that it went to.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was begun.' }),
    switchedAt: t.expose('switchedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is served from the new place.',
    }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it ended for good.' }),
    pausedMs: t.exposeInt('pausedMs', {
      nullable: true,
      description: 'For how many milliseconds writes were held.',
    }),
    lastError: t.exposeString('lastError', { nullable: true, description: 'What its last attempt failed of.' }),
  }),
});

const OrganizationDatabase = builder.objectRef<OwnDatabase>('OrganizationDatabase').implement({
  description: 'Where the data of an organization is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What the database is called.' }),
    kind: t.expose('kind', { type: DatabaseKind, description: 'Whom it is for.' }),
    hasDedicatedDatabase: t.exposeBoolean('hasDedicatedDatabase', { description: 'Whether it is its own.' }),
    databaseUrl: t.exposeString('databaseUrl', {
      nullable: true,
      description: 'The address of its own database, without the password; null in a shared one.',
    }),
    lastMove: t.field({
      type: DatabaseMove,
      nullable: true,
      description: 'Its newest move; null when it was never moved.',
      resolve: (_database, _args, ctx) => readOwnMove(ctx.services.identity, ctx.viewer),
    }),
  }),
});

builder.objectField(Organization, 'database', (t) =>
  t.field({
    type: OrganizationDatabase,
    nullable: true,
    description:
      'Where its data is. Null for other organizations than that of the request, and without organization:manage.',
    resolve: ({ id }, _args, ctx) => {
      const { viewer } = ctx.scope;
      if (viewer?.organizationId !== id || !viewer.permissions.has('organization:manage')) return null;
      return readOwnDatabase(ctx.services.identity, viewer);
    },
  }),
);

const afterwards = { type: OrganizationDatabase, description: 'Where the data is afterwards.' } as const;

/** Whatever is wrong about the database, it is the address that says so. */
const ofAddress = Object.fromEntries(
  ['databaseUrl', 'adminUrl', 'host', 'name'].map((field) => [field, 'input.databaseUrl']),
);

defineCatalogMutation('moveOrganizationDatabase', {
  description:
    'Moves the organization to a database of its own, or back to the shared one, while it is served; its writes are held for ' +
    'a moment. What it left is kept until the move is confirmed. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    databaseUrl: t.string({
      description:
        'postgresql://user:password@host:port/name, empty, by a login that may create roles; null: the shared one.',
    }),
  }),
  run: async (ctx, _input, { databaseUrl }) => {
    personOf(ctx);
    if (databaseUrl === undefined) throw badInput('Say where to: an address, or null', 'input.databaseUrl');
    const moving = moveOwnDatabase(ctx.services.identity, ctx.viewer, databaseUrl, originOf(ctx));
    return { database: await mapErrorFields(ofAddress, moving) };
  },
  payload: (t) => ({ database: t.expose('database', afterwards) }),
});

const MoveEndEnum = builder.enumType('DatabaseMoveEnd', {
  description: 'What to do about a move that has not ended for good.',
  values: {
    CONFIRM: { description: 'Drop what the organization left.' },
    ROLL_BACK: { description: 'Take it back to where it came from, with all that was written since.' },
    CANCEL: { description: 'Undo a move that did not reach its end.' },
  } satisfies Record<MoveEnd, { description: string }>,
});

defineCatalogMutation('endOrganizationMove', {
  description: 'Ends the move of the organization one way or another. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ how: t.field({ type: MoveEndEnum, required: true, description: 'How it is to end.' }) }),
  run: async (ctx, { how }) => {
    personOf(ctx);
    return { database: await endOwnMove(ctx.services.identity, ctx.viewer, how, originOf(ctx)) };
  },
  payload: (t) => ({ database: t.expose('database', afterwards) }),
});
