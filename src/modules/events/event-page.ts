import { type SQL, sql } from 'drizzle-orm';
import { rawCondition } from '../../graphql/filters.ts';
import type { WhereOf } from '../../graphql/row-rules.ts';
import { decodeEventCursor, type EventPosition } from './event-cursor.ts';
import { events } from './tables.ts';

export type EventDirection = 'asc' | 'desc';

type EventColumns = typeof events;

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
  const position = after ? decodeEventCursor(after) : undefined;
  const shown = rawCondition((table) => {
    const columns = table as unknown as EventColumns;
    return position ? sql`${isSettled(columns)} and ${isPast(columns, position, direction)}` : isSettled(columns);
  });
  return {
    where: { AND: [shown, ...(where ? [where] : [])] } as WhereOf<'events'>,
    orderBy: { era: direction, xid: direction, seq: direction },
    limit: first + 1,
  };
}

const isSettled = ({ era, xid }: EventColumns): SQL =>
  sql`(${xid} < pg_snapshot_xmin(pg_current_snapshot()) or ${era} < (select max(${events.era}) from ${events}))`;

const isPast = (columns: EventColumns, { era, xid, seq }: EventPosition, direction: EventDirection): SQL =>
  sql`(${columns.era}, ${columns.xid}, ${columns.seq}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${era}::int, ${xid}::xid8, ${seq}::bigint)`;
