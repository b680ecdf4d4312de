import { type SQL, sql } from 'drizzle-orm';
import { given, Statement } from '../../../access/statement.ts';
import type { TenantDb } from '../../../tenancy/tenant-session.ts';
import type { EventPosition } from '../event-cursor.ts';
import { givenPosition, isForgotten, isSettled, positionValues } from '../event-page.ts';
import type { EventMetadata } from '../tables.ts';
import { events } from '../tables.ts';

/** An event of an object of a followed type, or of a type that decides who sees such objects. */
export interface LoggedChange {
  position: EventPosition;
  action: string;
  typename: string;
  id: string;
  clientMutationId: string | null;
  before: EventMetadata | null;
  after: EventMetadata | null;
}

/** Types of events that concern many objects or all of them. */
const beyondObjects = ['Import', 'Organization'];

const withValues = sql`resource_type = any(${given('valued')}::text[])`;

const pageStatement = new Statement<Record<string, unknown>>(sql`
  select era, xid::text, seq::text, action, resource_type, resource_id, metadata ->> 'clientMutationId',
    case when ${withValues} then before end, case when ${withValues} then after end
  from ${events}
  where (era, xid, seq) > ${givenPosition} and ${isSettled(events)} and resource_type = any(${given('types')}::text[])
  order by ${events.era}, ${events.xid}, ${events.seq} limit ${given('limit')}::int`);

type Values = EventMetadata | null;
type Found = [number, string, string, string, string, string, string | null, Values, Values];

/** Events after a position, in order; `valued` are the types whose recorded values are needed. */
export async function eventsAfter(
  db: TenantDb,
  after: EventPosition,
  { types, valued, limit }: { types: readonly string[]; valued: readonly string[]; limit: number },
): Promise<LoggedChange[]> {
  const sought = { types: [...types, ...beyondObjects], valued: [...valued, 'Import'], limit };
  const rows = (await pageStatement.run(db, { ...positionValues(after), ...sought })) as unknown as Found[];
  return rows.map(([era, xid, seq, action, typename, id, clientMutationId, before, then]) => {
    const position = { era, xid, seq: BigInt(seq) };
    return { position, action, typename, id, clientMutationId, before, after: then };
  });
}

export interface LogState {
  /** The position that no later commit can precede. */
  settled: EventPosition;
  /** Whether events after the given position were deleted, or the position is past the end of the log. */
  lost: boolean;
}

/** The position of a cursor that was given while no event was settled. */
const startOfLog: EventPosition = { era: 0, xid: '0', seq: 0n };

/** Events are kept for at least a day (EVENTS_RETENTION): a log whose first event is younger has lost nothing. */
const hasOldEvents = sql`exists (select from ${events} where ${events.createdAt} < now() - interval '1 day')`;

const newest = sql`order by ${events.era} desc, ${events.xid} desc, ${events.seq} desc limit 1`;
const isAhead = sql`coalesce(${givenPosition} > (select era, xid, seq from ${events} ${newest}), false)`;

const stateStatement = (lost: SQL) =>
  new Statement<Partial<EventPosition>>(sql`
    select last.era, last.xid::text, last.seq::text, ${lost}
    from (select 1) as one left join (select era, xid, seq from ${events} where ${isSettled(events)} ${newest}) as last
      on true`);

const states = {
  now: stateStatement(sql`false`),
  sinceStart: stateStatement(sql`(${hasOldEvents} or ${isAhead})`),
  since: stateStatement(sql`(${isForgotten(givenPosition)} or ${isAhead})`),
  isPending: stateStatement(sql`coalesce((select not ${isSettled(events)} from ${events} ${newest}), false)`),
};

type StateFound = [[number | null, string, string, boolean]];

async function read(db: TenantDb, statement: (typeof states)['now'], after?: EventPosition) {
  const rows = await statement.run(db, after ? positionValues(after) : {});
  const [[era, xid, seq, answer]] = rows as unknown as StateFound;
  return { settled: era === null ? startOfLog : { era, xid, seq: BigInt(seq) }, answer };
}

export async function stateOfLog(db: TenantDb, after: EventPosition | undefined): Promise<LogState> {
  const since = after?.era === startOfLog.era ? states.sinceStart : states.since;
  const { settled, answer: lost } = await read(db, after ? since : states.now, after);
  return { settled, lost };
}

interface LogEnd {
  /** The position that no later commit can precede. */
  settled: EventPosition;
  /** Whether there are later events already, which wait for older transactions to end. */
  isPending: boolean;
}

/** How far readers of the log can get now. */
export async function endOfLog(db: TenantDb): Promise<LogEnd> {
  const { settled, answer: isPending } = await read(db, states.isPending);
  return { settled, isPending };
}
