import { type SQL, sql, type Table } from 'drizzle-orm';
import type { WhereOf } from '../../access/row-rules.ts';
import { given } from '../../access/statement.ts';
import { rawCondition } from '../../graphql/declare/filters.ts';
import { decodeEventCursor, type EventPosition } from './event-cursor.ts';
import { events } from './tables.ts';

export type EventDirection = 'asc' | 'desc';

type EventTable = typeof events;

/**
 * A page of the log, with one extra row to see whether others follow.
 *
 * An event is shown only once every transaction with a smaller id has ended. Until then such a transaction could commit
 * an event with an earlier position, and a reader who is already past that position would never see it. So a running
 * transaction holds back all later events, at most for as long as its time limits allow. Transaction ids are comparable
 * within one era only. The operation that raises the era (a restore, a move) writes the first event of the new one, and
 * older eras are complete.
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

/** The matching events that no later commit can precede. */
export const settledEvents = (where: WhereOf<'events'> | undefined): WhereOf<'events'> =>
  ({ AND: [rawCondition(isSettled), ...(where ? [where] : [])] }) as WhereOf<'events'>;

/** Whether no later commit can precede the event. */
export function isSettled(table: Table): SQL {
  const { era, xid } = table as EventTable;
  return sql`(${xid} < pg_snapshot_xmin(pg_current_snapshot()) or ${era} < (select max(${events.era}) from ${events}))`;
}

/**
 * Whether events after a position may have been deleted. The last event before the oldest kept ones is kept as well
 * (fleet/maintain), so a position up to that event is still valid.
 */
export function isForgotten(after: SQL): SQL {
  const oldest = sql`(select ${events.era}, ${events.xid}, ${events.seq} from ${events} order by ${events.era}, ${events.xid}, ${events.seq} limit 1)`;
  return sql`coalesce(${after} < ${oldest}, false)`;
}

export const positionSql = ({ era, xid, seq }: EventPosition): SQL => sql`(${era}::int, ${xid}::xid8, ${seq}::bigint)`;

/** A position as placeholders of a statement, with the values of `positionValues`. */
export const givenPosition = sql`(${given('era')}::int, ${given('xid')}::xid8, ${given('seq')}::bigint)`;

export const positionValues = ({ era, xid, seq }: EventPosition) => ({ era, xid, seq });

const isPast =
  (position: EventPosition, direction: EventDirection) =>
  (table: Table): SQL => {
    const { era, xid, seq } = table as EventTable;
    const after = positionSql(position);
    return direction === 'asc' ? sql`(${era}, ${xid}, ${seq}) > ${after}` : sql`(${era}, ${xid}, ${seq}) < ${after}`;
  };
