import type { GraphQLResolveInfo } from 'graphql';
import type { TableName } from '../../../access/row-rules.ts';
import type { Context } from '../../../graphql/context.ts';
import { builder } from '../../../graphql/declare/builder.ts';
import { encodeGlobalId, type GlobalId } from '../../../graphql/declare/global-id.ts';
import { loadRows } from '../../../graphql/declare/nodes.ts';
import { visibleId } from '../../../graphql/declare/visible-id.ts';
import { eventsPerPage, followArgs, followOn, notSubscribed } from './following.ts';
import { type Equals, leftThem, mayHaveBeenAmong } from './matching-events.ts';
import type { LoggedChange } from './page-of-events.ts';
import { type Changes, readChanges } from './read-changes.ts';

/** A type of rows, as `defineResource` and `builder.drizzleNode` return it. */
interface RowType {
  name: string;
  tableName: string;
}

interface Within {
  /** The type of the ids that the column holds. */
  type: RowType;
  required?: boolean;
  description: string;
}

interface SubscriptionSpec {
  type: RowType;
  description: string;
  /** Columns with ids, as arguments: only objects with these values are followed. */
  within?: Readonly<Record<string, Within>>;
  /** The action of the events with which objects appear; then other changes of them are not followed. */
  only?: string;
}

interface Frame {
  rows: object[];
  removed: string[];
  clientMutationIds: string[];
  cursor: string;
  hasMore: boolean;
}

type Args = Record<string, unknown> & { after?: string | null; first?: number | null };

/**
 * Declares a subscription to the objects of one type, over the same log, cursors, row rules and shared reads as
 * `changes`.
 */
export function defineSubscription(name: string, spec: SubscriptionSpec): void {
  const { type, description, within = {} } = spec;
  builder.subscriptionField(name, (t) =>
    t.field({
      type: defineFrame(name, spec),
      authScopes: { reads: type.tableName as TableName },
      description:
        `${description} The first frame has the cursor from which it is live, and what has changed since \`after\`; ` +
        'resume with the `cursor` of your last frame.',
      args: {
        ...Object.fromEntries(
          Object.entries(within).map(([column, of]) => [
            column,
            t.arg.globalID({ required: of.required ?? false, for: of.type as never, description: of.description }),
          ]),
        ),
        ...followArgs(t),
      },
      subscribe: notSubscribed,
      resolve: (_root, args, ctx, info) => answer(spec, args as Args, ctx, info),
    }),
  );
}

function defineFrame(name: string, { type, only }: SubscriptionSpec) {
  return builder.objectRef<Frame>(`${name[0]!.toUpperCase()}${name.slice(1)}Frame`).implement({
    description: `What ${name} sends whenever something changes for you.`,
    fields: (t) => ({
      [listOf({ only })]: t.field({
        type: [type as never],
        description: only ? 'The new objects, in no particular order.' : changedDescription,
        resolve: (frame: Frame) => frame.rows as never,
      }),
      ...(only === undefined && {
        removed: t.idList({
          description:
            'The ids of objects that were deleted or moved elsewhere, or that you may no longer see: drop them.',
          resolve: ({ removed }) => removed,
        }),
      }),
      clientMutationIds: t.stringList({
        description: 'The `clientMutationId` of the mutations that changed these objects, as far as they sent one.',
        resolve: (frame) => frame.clientMutationIds,
      }),
      cursor: t.exposeString('cursor', { description: 'Send it as `after` to resume from here.' }),
      hasMore: t.exposeBoolean('hasMore', { description: 'Whether there is more already; it follows at once.' }),
    }),
  });
}

const changedDescription =
  'The objects that were created or changed, or that you may see only now, in no particular order.';

const listOf = ({ only }: Pick<SubscriptionSpec, 'only'>): string => (only === undefined ? 'changed' : 'added');

async function answer(spec: SubscriptionSpec, args: Args, ctx: Context, info: GraphQLResolveInfo): Promise<Frame> {
  const { type, within = {} } = spec;
  const { name } = type;
  const first = eventsPerPage(args.first);
  const valued = Object.keys(within).some((column) => args[column] != null) ? [name] : [];
  const { shareRead, decisions } = ctx.request;
  const wanted = { after: args.after, types: [name], first, valued, shareRead, decisions };
  // First, because its page of the log may come from another transaction, and must not be newer than this one's
  // snapshot
  const read = await readChanges(ctx.db, ctx.viewer, wanted);
  const equals = await parentsOf(spec, args, ctx);
  const seen = appeared(read, spec);
  const ids = seen.map((id) => ({ typename: name, id }));
  const how = { path: [listOf(spec)], equals, isDecided: true };
  const rows = seen.length === 0 ? [] : await loadRows(ctx, info, name, ids, how);
  const loaded = new Set(rows.map(({ id }) => id));
  const gone = spec.only === undefined ? goneFrom(read, name, equals, (id) => loaded.has(id)) : [];
  followOn(ctx, read, rows.length + gone.length === 0);
  const mutations = [...loaded, ...gone].flatMap((id) => read.mutationsOf.get(`${name}:${id}`) ?? []);
  return {
    rows,
    removed: gone.map((id) => encodeGlobalId(name, id)),
    clientMutationIds: [...new Set(mutations)],
    cursor: read.cursor,
    hasMore: read.hasMore,
  };
}

/** The columns that the arguments determine. Throws NOT_FOUND for an object that the viewer may not see. */
async function parentsOf({ within = {} }: SubscriptionSpec, args: Args, ctx: Context): Promise<Equals> {
  const equals: Record<string, string> = {};
  for (const [column, { type }] of Object.entries(within)) {
    const { id } = (args[column] ?? {}) as Partial<GlobalId>;
    if (id === undefined) continue;
    const of = { table: type.tableName as TableName, typename: type.name, field: column };
    equals[column] = await visibleId(ctx.db, id, of, ctx.request.decisions);
  }
  return equals;
}

/** The ids of the changed objects that the viewer sees; with `only`, of those that appeared with its events. */
function appeared({ changed, events }: Changes, { type: { name }, only }: SubscriptionSpec): readonly string[] {
  const ids = changed.get(name) ?? [];
  if (only === undefined) return ids;
  const added = new Set(events.flatMap((event) => (event.action === only ? [event.id] : importedBy(event, name))));
  return ids.filter((id) => added.has(id));
}

/** The ids of the objects that a batch of an import created. */
const importedBy = ({ typename, after }: LoggedChange, name: string): readonly string[] =>
  typename === 'Import' ? ((after?.created as Record<string, string[]> | undefined)?.[name] ?? []) : [];

/** The ids of the objects that are no longer among those with these values, as far as the viewer could see them. */
function goneFrom(
  { changed, removed, events }: Changes,
  name: string,
  equals: Equals,
  isLoaded: (id: string) => boolean,
): string[] {
  const of = (id: string) => events.filter((event) => event.typename === name && event.id === id);
  const moved = (changed.get(name) ?? []).filter((id) => !isLoaded(id) && leftThem(of(id), equals));
  return [...(removed.get(name) ?? []).filter((id) => mayHaveBeenAmong(of(id), equals)), ...moved];
}
