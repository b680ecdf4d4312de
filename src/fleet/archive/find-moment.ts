import type { Admin } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError, badInput } from '../../lib/errors.ts';

/** A moment in the log of an organization. */
export interface Moment {
  /** ISO 8601. */
  at: string;
  /** SQL condition that selects the events of transactions after the moment. */
  isLater: string;
}

const instant = (value: string): string => `to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * The moment of an event or a time: each transaction is before or after it as a whole. Throws NOT_FOUND for an unknown
 * event, BAD_INPUT for a time that the log does not cover.
 */
export function findMoment(admin: Admin, schemaName: string, to: string | Date): Promise<Moment> {
  const log = `${quoteIdentifier(schemaName)}.events`;
  return to instanceof Date ? atTime(admin, log, to) : afterEvent(admin, log, to);
}

async function afterEvent(admin: Admin, log: string, id: string): Promise<Moment> {
  const [event] = await admin.run<{ era: number; xid: string; at: string }>(
    `select era, xid::text as xid, ${instant('created_at')} as at from ${log} where id = $1 and seq > 0`,
    [id],
  );
  if (!event) throw new AppError('NOT_FOUND', 'There is no such event in the log', { field: 'to' });
  const { era, xid, at } = event;
  return { at, isLater: `(era, xid) > (${Math.trunc(era)}, '${BigInt(xid)}'::xid8)` };
}

async function atTime(admin: Admin, log: string, time: Date): Promise<Moment> {
  if (time > new Date()) throw badInput('The time is in the future', 'to');
  const [oldest] = await admin.run<{ at: string | null }>(`select ${instant('min(created_at)')} as at from ${log}`);
  const at = time.toISOString();
  if (oldest?.at && oldest.at > at) {
    throw badInput(`The log begins at ${oldest.at} and does not cover that time`, 'to');
  }
  return { at, isLater: `created_at > '${at}'::timestamptz` };
}
