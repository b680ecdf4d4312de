import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../../graphql/context.ts';
import { builder, type SchemaTypes } from '../../../graphql/declare/builder.ts';
import { encodeGlobalId } from '../../../graphql/declare/global-id.ts';
import { loadRows } from '../../../graphql/declare/nodes.ts';
import { eventsPerPage, followArgs, followOn, notSubscribed } from './following.ts';
import { type Changes as ChangesRead, readChanges } from './read-changes.ts';

/** Several changed rows of one type. */
interface Changed {
  node: object;
  clientMutationIds: readonly string[];
}

interface Removed {
  id: string;
  clientMutationIds: readonly string[];
}

const clientMutationIds = 'The `clientMutationId` of the mutations that changed it, as far as they sent one.';

const ChangedObject = builder.objectRef<Changed>('ChangedObject').implement({
  description: 'An object that was created or changed, or that you may see only now.',
  fields: (t) => ({
    node: t.field({
      type: builder.nodeInterfaceRef(),
      description: 'The object as it is now.',
      resolve: ({ node }) => node as never,
    }),
    clientMutationIds: t.stringList({
      description: clientMutationIds,
      resolve: (changed) => [...changed.clientMutationIds],
    }),
  }),
});

const RemovedObject = builder.objectRef<Removed>('RemovedObject').implement({
  description: 'An object that was deleted, or that you may no longer see: drop it.',
  fields: (t) => ({
    id: t.id({ description: 'The id that it had.', resolve: ({ id }) => id }),
    clientMutationIds: t.stringList({
      description: clientMutationIds,
      resolve: (removed) => [...removed.clientMutationIds],
    }),
  }),
});

interface Page {
  changed: Changed[];
  removed: Removed[];
  cursor: string;
  hasMore: boolean;
}

const Changes = builder.objectRef<Page>('Changes').implement({
  description: 'What has changed since a cursor. Apply `removed`, then `changed`; an object is in one of them, once.',
  fields: (t) => ({
    changed: t.field({
      type: [ChangedObject],
      description: 'The objects that were created or changed, or that you may see only now, in no particular order.',
      resolve: ({ changed }) => changed,
    }),
    removed: t.field({
      type: [RemovedObject],
      description: 'The objects that were deleted, or that you may no longer see.',
      resolve: ({ removed }) => removed,
    }),
    cursor: t.exposeString('cursor', { description: 'Send it as `after` to get what changes from here on.' }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether there is more already: ask again at once.' }),
  }),
});

type QueryBuilder = PothosSchemaTypes.QueryFieldBuilder<SchemaTypes, object>;

const changesArgs = (t: { arg: QueryBuilder['arg'] }) => ({
  ...followArgs(t),
  types: t.arg.stringList({ description: 'Only objects of these types, such as Task; all types by default.' }),
});

interface ChangesArgs {
  after?: string | null | undefined;
  types?: string[] | null | undefined;
  first?: number | null | undefined;
}

async function answerChanges(args: ChangesArgs, ctx: Context, info: GraphQLResolveInfo): Promise<Page> {
  const { after, types } = args;
  const first = eventsPerPage(args.first);
  const { shareRead, decisions } = ctx.request;
  const read = await readChanges(ctx.db, ctx.viewer, { after, types, first, shareRead, decisions });
  const { cursor, hasMore, changed, removed } = read;
  followOn(ctx, read, changed.size + removed.size === 0);
  return { cursor, hasMore, removed: removedOf(read), changed: await loadChanged(ctx, info, read) };
}

builder.queryField('changes', (t) =>
  t.field({
    type: Changes,
    authScopes: { member: true },
    description:
      'The objects that have changed since a cursor, as they are now and as far as you may see them. To keep a copy of ' +
      'the data: ask for `changes { cursor }` in the same query as the objects, then for `changes(after:)` again and ' +
      'again. Nothing is skipped; a change may be told twice. CURSOR_EXPIRED means that the changes since cannot be ' +
      'told (the log is too old, your role has changed, or too much has): drop your objects, get a new cursor and load ' +
      'them again.',
    args: changesArgs(t),
    resolve: (_root, args, ctx, info) => answerChanges(args, ctx, info),
  }),
);

builder.subscriptionField('changes', (t) =>
  t.field({
    type: Changes,
    authScopes: { member: true },
    description:
      'The query `changes`, answered again whenever something changes for you. The first frame has the cursor from which ' +
      'it is live, and what has changed since `after`; resume with the `cursor` of your last frame. When your token or ' +
      'membership ends, the last frame says so within five seconds.',
    args: changesArgs(t),
    subscribe: notSubscribed,
    resolve: (_root, args, ctx, info) => answerChanges(args, ctx, info),
  }),
);

function removedOf({ removed, mutationsOf }: ChangesRead): Removed[] {
  const ids = [...removed].flatMap(([typename, some]) => some.map((id: string) => encodeGlobalId(typename, id)));
  return ids.map((id) => ({ id, clientMutationIds: mutationsOf.get(id) ?? [] }));
}

/** The changed objects with the selected fields; one statement for each type. */
async function loadChanged(
  ctx: Context,
  info: GraphQLResolveInfo,
  { changed, mutationsOf }: ChangesRead,
): Promise<Changed[]> {
  const loaded = await Promise.all(
    [...changed].map(async ([typename, ids]) => {
      const wanted = ids.map((id) => ({ typename, id }));
      const rows = await loadRows(ctx, info, typename, wanted, { path: ['changed', 'node'], isDecided: true });
      return rows.map((node) => ({ node, clientMutationIds: mutationsOf.get(`${typename}:${node.id}`) ?? [] }));
    }),
  );
  return loaded.flat();
}
