import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { defineRowRule } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import { defineConnection } from '../../graphql/declare/pages.ts';
import { registerPersonalData } from '../../graphql/declare/personal-data.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { visibleValues } from './confidential.ts';
import { type EventPosition, encodeEventCursor } from './event-cursor.ts';
import { eventFilter } from './event-filter.ts';
import { eventPage, isForgotten, settledEvents } from './event-page.ts';
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
  description: 'Something that happened to one thing in the organization, written in the transaction that did it.',
  select: { columns: {} },
  fields: (t) => ({
    id: t.id({
      description: 'The id of this event, unique over all types.',
      select: { columns: { id: true } },
      resolve: ({ id }) => encodeGlobalId('Event', id),
    }),
    action: t.exposeString('action', { description: 'What happened: `resource.verb`, such as task.moved.' }),
    resourceType: t.exposeString('resourceType', { description: 'The type of what it happened to, such as Task.' }),
    resourceId: t.id({
      description: 'The id of what it happened to, which may be gone since.',
      select: { columns: { resourceType: true, resourceId: true } },
      resolve: ({ resourceType, resourceId }) => encodeGlobalId(resourceType, resourceId),
    }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: 'What else is to be said of it.' }),
    before: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'What changed, as it was, without what you may not see; null for what is new.',
      select: { columns: { resourceType: true, before: true } },
      resolve: ({ resourceType, before }, _args, ctx, { schema }) =>
        before && withGlobalIds(schema, resourceType, visibleValues(ctx.viewer, resourceType, before)),
    }),
    after: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'What changed, as it is since, without what you may not see; null for what is gone.',
      select: { columns: { resourceType: true, after: true } },
      resolve: ({ resourceType, after }, _args, ctx, { schema }) =>
        after && withGlobalIds(schema, resourceType, visibleValues(ctx.viewer, resourceType, after)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

const [EventConnection] = defineConnection(Event, 'Event');

const EventOrder = builder.enumType('EventOrder', {
  description: 'Which end of the log comes first.',
  values: {
    OLDEST_FIRST: { value: 'asc', description: 'As it happened: for following the log.' },
    NEWEST_FIRST: { value: 'desc', description: 'The newest first: for looking at what happened lately.' },
  } as const,
});

const mostEvents = 100;

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    authScopes: { permission: 'event:read' },
    description:
      'The log of what happened, as far as you may see it. To follow it, ask again after `endCursor`: no event is ever ' +
      'skipped, also not one of a transaction that ended late. A cursor from before the oldest events that are kept is refused ' +
      '(BAD_CURSOR). Needs event:read.',
    args: {
      after: t.arg.string({ description: 'Only what follows this cursor of the log, in the order asked for.' }),
      first: t.arg.int({ defaultValue: 20, description: 'How many events: 1 to 100, 20 unless given.' }),
      where: t.arg({ type: eventFilter.ref, description: 'Only events that match.' }),
      order: t.arg({ type: EventOrder, defaultValue: 'asc', description: 'Which end of the log comes first.' }),
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
        follows && ctx.db.holds(isForgotten(after)),
      ]);
      if (forgotten) throw tooOld();
      const totalCount = () => ctx.db.count('events', settledEvents(matching));
      return { ...connectionOf(rows, size, after), totalCount };
    },
  }),
);

const tooOld = (): AppError =>
  new AppError(
    'BAD_CURSOR',
    'The log no longer goes back to this cursor: read it from its start, and fetch your objects again',
    {
      field: 'after',
    },
  );

/** An empty page ends where it was asked from: whoever follows the log goes on from there. */
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
