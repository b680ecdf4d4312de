import { type SQL, sql, type Table } from 'drizzle-orm';
import type { WhereOf } from '../../access/row-rules.ts';
import { rawCondition } from '../../graphql/declare/filters.ts';
import { decodeEventCursor, type EventPosition } from './event-cursor.ts';
import { events } from './tables.ts';

export type EventDirection = 'asc' | 'desc';

type EventTable = typeof events;

/**
 * A page of the log, one row more than asked for to see whether others follow.
 *
 * An event is only shown once every transaction with a smaller id has ended: until then one could commit in front of it,
 * and who had read past that place would never see it. A transaction that is still running therefore holds back what
 * came after it, at most as long as the limits let it run. Transaction ids compare within an era only; whoever raises
 * the era (a restore, a move) writes the first event of the new one, and older eras are complete.
 */
export function eventPage(
  { after, first, direction }: { after: string | null | undefined; first: number; direction: EventDirection },
  where: WhereOf<'events'> | undefined,
) {
  const past = after && [rawCondition(isPast(decodeEventCursor(after), direction))];
  return {
    where: { AND: [settledEvents(where), ...(past || [])] } as WhereOf<'events'>,
    orderBy: { era: direction, xid: direction, seq: direction },
    limit: first + 1,
  };
}

/** Those of the events that match in front of which nothing can appear any more. */
export const settledEvents = (where: WhereOf<'events'> | undefined): WhereOf<'events'> =>
  ({ AND: [rawCondition(isSettled), ...(where ? [where] : [])] }) as WhereOf<'events'>;

function isSettled(table: Table): SQL {
  const { era, xid } = table as EventTable;
  return sql`(${xid} < pg_snapshot_xmin(pg_current_snapshot()) or ${era} < (select max(${events.era}) from ${events}))`;
}

/**
 * Whether the log no longer goes back to a position: what followed it may be gone. The last event before those that are
 * kept stays (tenancy/maintain), so a position that was read up to there is still good.
 */
export function isForgotten(after: string): SQL {
  const { era, xid, seq } = decodeEventCursor(after);
  const oldest = sql`(select ${events.era}, ${events.xid}, ${events.seq} from ${events} order by ${events.era}, ${events.xid}, ${events.seq} limit 1)`;
  return sql`coalesce((${era}::int, ${xid}::xid8, ${seq}::bigint) < ${oldest}, false)`;
}

const isPast =
  (position: EventPosition, direction: EventDirection) =>
  (table: Table): SQL => {
    const { era, xid, seq } = table as EventTable;
    const after = sql`(${position.era}::int, ${position.xid}::xid8, ${position.seq}::bigint)`;
    return direction === 'asc' ? sql`(${era}, ${xid}, ${seq}) > ${after}` : sql`(${era}, ${xid}, ${seq}) < ${after}`;
  };
