import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { noteChange } from '../../tenancy/change-cursor.ts';
import type { BusinessEvent } from './business-event.ts';
import { encodeEventCursor } from './event-cursor.ts';
import { dispatch } from './handlers.ts';
import { events } from './tables.ts';

const rowsPerStatement = 1000;

/**
 * Writes an event to the tenant's log in the transaction of the change, then runs the handlers that other modules
 * registered for it, in the same transaction: if one fails, the change did not happen either.
 */
export async function recordEvent(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  await recordEvents(tx, viewer, [event]);
}

/** The same for many events, in this order, by one statement for each thousand. */
export async function recordEvents(tx: TenantTx, viewer: Viewer | null, many: readonly BusinessEvent[]): Promise<void> {
  const actorId = viewer?.profileId ?? null;
  for (let at = 0; at < many.length; at += rowsPerStatement) {
    const rows = await tx
      .insert(events)
      .values(many.slice(at, at + rowsPerStatement).map((event) => ({ id: uuidv7(), actorId, ...event })))
      .returning({ era: events.era, xid: events.xid, seq: events.seq });
    const last = rows.reduce((a, b) => (b.seq > a.seq ? b : a));
    noteChange(tx, encodeEventCursor(last));
  }
  for (const event of many) await dispatch(tx, viewer, event);
}
