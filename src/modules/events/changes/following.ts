import type { Context } from '../../../graphql/context.ts';
import type { SchemaTypes } from '../../../graphql/declare/builder.ts';
import { pageSizes } from '../../../graphql/limits/sizes.ts';
import { badInput } from '../../../lib/errors.ts';
import { positionIn } from './changes-cursor.ts';
import type { Changes } from './read-changes.ts';

type QueryBuilder = PothosSchemaTypes.QueryFieldBuilder<SchemaTypes, object>;

/** The arguments of everything that follows the log. */
export const followArgs = (t: { arg: QueryBuilder['arg'] }) => ({
  after: t.arg.string({
    description:
      'The `cursor` of the last answer, or the `lastEventId` of a mutation. Without it the answer is a cursor and no objects.',
  }),
  first: t.arg.int({
    defaultValue: pageSizes.default,
    description:
      `The number of events to read, 1 to ${pageSizes.max}; ${pageSizes.default} by default. ` +
      'There are more objects when one event concerns several.',
  }),
});

/** Throws BAD_INPUT. */
export function eventsPerPage(asked: number | null | undefined): number {
  const first = asked ?? pageSizes.default;
  if (first < 1 || first > pageSizes.max) throw badInput(`must be between 1 and ${pageSizes.max}`, 'first');
  return first;
}

/** Tells the server where a subscription goes on after this answer. */
export function followOn({ request }: Context, { cursor, hasMore }: Changes, isEmpty: boolean): void {
  request.answer.followed = { cursor, position: positionIn(cursor), hasMore, isEmpty };
}

/** The server runs subscriptions itself (server/subscriptions); graphql's own `subscribe` is never called. */
export function notSubscribed(): never {
  throw badInput('Subscriptions are answered over server-sent events and WebSocket', 'query');
}
