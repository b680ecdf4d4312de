import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import { defineConnection } from '../../graphql/declare/pages.ts';
import { registerPersonalData } from '../../graphql/declare/personal-data.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { visibleValues } from './confidential.ts';
import { decodeEventCursor, type EventPosition, encodeEventCursor } from './event-cursor.ts';
import { eventFilter } from './event-filter.ts';
import { eventPage, isForgotten, positionSql, settledEvents } from './event-page.ts';
import { readableEvents } from './policy.ts';
import { withGlobalIds } from './resource-ids.ts';

const record = {
  whose: 'actorId',
  why: 'Records who changed what.',
  keep: 'As long as the event log keeps events.',
  erase: 'KEEP',
} as const;
registerPersonalData('events', { actorId: record, metadata: record, before: record, after: record });
defineRowRule('events', readableEvents);

export const Event = builder.drizzleObject('events', {
  name: 'Event',
  description: 'Something that happened to one object of the organization, recorded in the transaction of the change.',
  select: { columns: {} },
  fields: (t) => ({
    id: t.id({
      description: 'The id of this event, unique across all types.',
      select: { columns: { id: true } },
      resolve: ({ id }) => encodeGlobalId('Event', id),
    }),
    action: t.exposeString('action', { description: 'What happened: `resource.verb`, such as task.moved.' }),
    resourceType: t.exposeString('resourceType', { description: 'The type of the object, such as Task.' }),
    resourceId: t.id({
      description: 'The id of the object, which may have been deleted since.',
      select: { columns: { resourceType: true, resourceId: true } },
      resolve: ({ resourceType, resourceId }) => encodeGlobalId(resourceType, resourceId),
    }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: 'Further details.' }),
    before: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'The changed fields before the change, without those that you may not see; null if the object was created.',
      select: { columns: { resourceType: true, before: true } },
      resolve: ({ resourceType, before }, _args, ctx, { schema }) =>
        before && withGlobalIds(schema, resourceType, visibleValues(ctx.viewer, resourceType, before)),
    }),
    after: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'The changed fields after the change, without those that you may not see; null if the object was deleted.',
      select: { columns: { resourceType: true, after: true } },
      resolve: ({ resourceType, after }, _args, ctx, { schema }) =>
        after && withGlobalIds(schema, resourceType, visibleValues(ctx.viewer, resourceType, after)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

const [EventConnection] = defineConnection(Event, 'Event');

const EventOrder = builder.enumType('EventOrder', {
  description: 'The order of events.',
  values: {
    OLDEST_FIRST: { value: 'asc', description: 'The oldest first: for following the log.' },
    NEWEST_FIRST: { value: 'desc', description: 'The newest first: for showing recent activity.' },
  } as const,
});

const mostEvents = 100;

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    authScopes: { permission: 'event:read' },
    description:
      'The event log, as far as you may see it. To follow it, query again with `after: endCursor`: no event is ever ' +
      'skipped, even if its transaction committed late. A cursor from before the oldest kept events fails with ' +
      'BAD_CURSOR. Needs event:read.',
    args: {
      after: t.arg.string({ description: 'Only events after this cursor, in the chosen order.' }),
      first: t.arg.int({ defaultValue: 20, description: 'Number of events: 1 to 100; 20 by default.' }),
      where: t.arg({ type: eventFilter.ref, description: 'Only events that match.' }),
      order: t.arg({ type: EventOrder, defaultValue: 'asc', description: 'The order of events.' }),
    },
    resolve: async (_root, { after, first, where, order }, ctx, info) => {
      const size = first ?? 20;
      if (size < 1 || size > mostEvents) throw badInput(`must be between 1 and ${mostEvents}`, 'first');
      const matching = eventFilter.where(where);
      const page = eventPage({ after, first: size, direction: order ?? 'asc' }, matching);
      const selection = queryFromInfo({
        config: getSchemaConfig(builder),
        context: ctx,
        info,
        typeName: 'Event',
        paths: [['nodes'], ['edges', 'node']],
        columns: { era: true, xid: true, seq: true },
      } as never) as object;
      const follows = after && order !== 'desc';
      const [rows, forgotten] = await Promise.all([
        ctx.db.query.events.findMany({ ...selection, ...page }),
        follows && ctx.db.holds(isForgotten(positionSql(decodeEventCursor(after)))),
      ]);
      if (forgotten) throw tooOld();
      const totalCount = () => ctx.db.count('events', settledEvents(matching));
      return { ...connectionOf(rows, size, after), totalCount };
    },
  }),
);

const tooOld = (): AppError =>
  new AppError('BAD_CURSOR', 'This cursor has expired: read the log from its start, and reload your objects', {
    field: 'after',
  });

/** The end cursor of an empty page is `after`, so that a client following the log can continue from there. */
function connectionOf<Row extends EventPosition>(rows: readonly Row[], size: number, after: string | null | undefined) {
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: encodeEventCursor(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: Boolean(after),
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? after ?? null,
    },
  };
}
