import { AppError } from '../../lib/errors.ts';

/** A position in the log. `era` is a counter of the clusters that held the tenant: transaction ids restart on each. */
export interface EventPosition {
  era: number;
  xid: string;
  seq: bigint;
}

/** Positive if `a` is later. */
export const compareEventPositions = (a: EventPosition, b: EventPosition): number =>
  a.era - b.era || Number(BigInt(a.xid) - BigInt(b.xid)) || Number(a.seq - b.seq);

const pattern = /^(\d{1,9})\.(\d{1,20})\.(\d{1,19})$/;

export const encodeEventCursor = ({ era, xid, seq }: EventPosition): string => `${era}.${xid}.${seq}`;

/** Throws BAD_CURSOR for a text that `encodeEventCursor` cannot have produced. */
export function decodeEventCursor(cursor: string): EventPosition {
  const match = pattern.exec(cursor);
  if (!match) throw new AppError('BAD_CURSOR', 'This is not a cursor of the event log');
  return { era: Number(match[1]), xid: match[2]!, seq: BigInt(match[3]!) };
}
