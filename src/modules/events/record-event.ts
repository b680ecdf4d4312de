import { sql } from 'drizzle-orm';
import { type RowChange, sendChange } from '../../access/send-change.ts';
import { given, Statement } from '../../access/statement.ts';
import type { BoundStatement } from '../../db/pipelined-statements.ts';
import type { Answer } from '../../db/slot.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from './business-event.ts';
import { encodeEventCursor } from './event-cursor.ts';
import { dispatch } from './handlers.ts';
import { type EventMetadata, events } from './tables.ts';

const rowsPerStatement = 1000;
const position = { era: events.era, xid: events.xid, seq: events.seq };

const columns = ['id', 'actorId', 'action', 'resourceType', 'resourceId', 'metadata', 'before', 'after'] as const;
const names = sql.join(
  columns.map((key) => sql.identifier(events[key].name)),
  sql`, `,
);
const insertEvent = new Statement<Record<(typeof columns)[number], unknown>>(
  sql`insert into ${events} (${names}) values (${sql.join(columns.map(given), sql`, `)}) returning era, xid, seq`,
);

export interface Change extends RowChange {
  write: BoundStatement;
  event: BusinessEvent;
}

/**
 * Writes an event to the tenant's log in the transaction of the change, then runs the handlers that other modules
 * registered for it. If a handler fails, the change is rolled back too. Does not wait for the insert.
 */
export async function recordEvent(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  sendEvent(tx, viewer, event);
  await dispatch(tx, viewer, event);
}

/**
 * Makes a change and records its event in the same way. The requirements, the write and the event are one statement,
 * sent without waiting for its answer, in one packet with the statements that follow.
 */
export async function change(tx: TenantTx, viewer: Viewer | null, { event, ...rows }: Change): Promise<void> {
  sendEvent(tx, viewer, event, rows);
  await dispatch(tx, viewer, event);
}

function sendEvent(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent, rows: RowChange = {}): void {
  const values = {
    id: uuidv7(),
    actorId: viewer?.profileId ?? null,
    action: event.action,
    resourceType: event.resourceType,
    resourceId: event.resourceId,
    metadata: JSON.stringify(metadataOf(tx, event)),
    before: event.before === undefined ? null : JSON.stringify(event.before),
    after: event.after === undefined ? null : JSON.stringify(event.after),
  };
  const answered = (answer: Answer): void => {
    const [[era, xid, seq]] = answer as unknown as [[number, string, bigint]];
    tx.lastChange = encodeEventCursor({ era, xid, seq });
  };
  sendChange(tx, viewer, rows, { statement: insertEvent, values, handlers: { answered } });
}

function metadataOf({ clientMutationId }: TenantTx, { metadata = {} }: BusinessEvent): EventMetadata {
  return clientMutationId === undefined ? metadata : { ...metadata, clientMutationId };
}

/** Records many events in this order, one statement per thousand. */
export async function recordEvents(tx: TenantTx, viewer: Viewer | null, many: readonly BusinessEvent[]): Promise<void> {
  const actorId = viewer?.profileId ?? null;
  for (let at = 0; at < many.length; at += rowsPerStatement) {
    const rows = await tx
      .insert(events)
      .values(
        many
          .slice(at, at + rowsPerStatement)
          .map((event) => ({ id: uuidv7(), actorId, ...event, metadata: metadataOf(tx, event) })),
      )
      .returning(position);
    const last = rows.reduce((a, b) => (b.seq > a.seq ? b : a));
    tx.lastChange = encodeEventCursor(last);
  }
  for (const event of many) await dispatch(tx, viewer, event);
}
