import { sql } from 'drizzle-orm';
import type { TenantDb } from '../../../tenancy/tenant-session.ts';
import type { EventPosition } from '../event-cursor.ts';
import { isForgotten, isSettled, positionSql } from '../event-page.ts';
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

interface Found extends Record<string, unknown> {
  era: number;
  xid: string;
  seq: string;
  action: string;
  resource_type: string;
  resource_id: string;
  client_mutation_id: string | null;
  before: EventMetadata | null;
  after: EventMetadata | null;
}

/** Types of events that concern many objects or all of them. */
const beyondObjects = ['Import', 'Organization'];

/** Events after a position, in order; `valued` are the types whose recorded values are needed. */
export async function eventsAfter(
  db: TenantDb,
  after: EventPosition,
  { types, valued, limit }: { types: readonly string[]; valued: readonly string[]; limit: number },
): Promise<LoggedChange[]> {
  const withValues = sql`resource_type = any(${sql.param([...valued, 'Import'])}::text[])`;
  const rows = await db.execute<Found>(sql`
    select era, xid::text as xid, seq::text as seq, action, resource_type, resource_id,
      metadata ->> 'clientMutationId' as client_mutation_id,
      case when ${withValues} then before end as before, case when ${withValues} then after end as after
    from ${events}
    where (era, xid, seq) > ${positionSql(after)} and ${isSettled(events)}
      and resource_type = any(${sql.param([...types, ...beyondObjects])}::text[])
    order by ${events.era}, ${events.xid}, ${events.seq} limit ${limit}`);
  return rows.map((row) => ({
    position: { era: row.era, xid: row.xid, seq: BigInt(row.seq) },
    action: row.action,
    typename: row.resource_type,
    id: row.resource_id,
    clientMutationId: row.client_mutation_id,
    before: row.before,
    after: row.after,
  }));
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

export async function stateOfLog(db: TenantDb, after: EventPosition | undefined): Promise<LogState> {
  const newest = sql`order by ${events.era} desc, ${events.xid} desc, ${events.seq} desc limit 1`;
  const ahead = (position: EventPosition) =>
    sql`coalesce(${positionSql(position)} > (select era, xid, seq from ${events} ${newest}), false)`;
  const lost = after
    ? sql`(${after.era === startOfLog.era ? hasOldEvents : isForgotten(after)} or ${ahead(after)})`
    : sql`false`;
  const [row] = await db.execute<{ era: number | null; xid: string; seq: string; lost: boolean }>(sql`
    select last.era, last.xid::text as xid, last.seq::text as seq, ${lost} as lost
    from (select 1) as one left join (select era, xid, seq from ${events} where ${isSettled(events)} ${newest}) as last
      on true`);
  const { era, xid, seq } = row!;
  return { settled: era === null ? startOfLog : { era, xid, seq: BigInt(seq) }, lost: row!.lost };
}

interface LogEnd {
  /** The position that no later commit can precede. */
  settled: EventPosition;
  /** Whether there are later events already, which wait for older transactions to end. */
  isPending: boolean;
}

/** How far readers of the log can get now. */
export async function endOfLog(db: TenantDb): Promise<LogEnd> {
  const newest = sql`order by ${events.era} desc, ${events.xid} desc, ${events.seq} desc limit 1`;
  const [row] = await db.execute<{ era: number | null; xid: string; seq: string; is_pending: boolean }>(sql`
    select last.era, last.xid::text as xid, last.seq::text as seq,
      coalesce((select not ${isSettled(events)} from ${events} ${newest}), false) as is_pending
    from (select 1) as one left join (select era, xid, seq from ${events} where ${isSettled(events)} ${newest}) as last
      on true`);
  const { era, xid, seq, is_pending: isPending } = row!;
  return { settled: era === null ? startOfLog : { era, xid, seq: BigInt(seq) }, isPending };
}
