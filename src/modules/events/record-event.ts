import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import { noteChange } from '../../tenancy/change-cursor.ts';
import { encodeEventCursor } from './event-cursor.ts';
import { dispatch } from './handlers.ts';
import { type EventMetadata, events } from './tables.ts';

/** One thing that happened to one resource of the tenant. */
export interface BusinessEvent {
  /** `resource.verb`, such as `task.moved`. */
  action: string;
  /** The GraphQL type of the resource. */
  resourceType: string;
  resourceId: string;
  metadata?: EventMetadata;
  /** The changed columns as they were, and as they are. */
  before?: EventMetadata;
  after?: EventMetadata;
}

/**
 * Writes an event to the tenant's log in the transaction of the change, then runs the handlers that other modules
 * registered for it, in the same transaction: if one fails, the change did not happen either.
 */
export async function recordEvent(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  const [row] = await tx
    .insert(events)
    .values({ id: uuidv7(), actorId: viewer?.profileId ?? null, ...event })
    .returning({ era: events.era, xid: events.xid, seq: events.seq });
  noteChange(tx, encodeEventCursor(row!));
  await dispatch(tx, viewer, event);
}
