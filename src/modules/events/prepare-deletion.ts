import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from './business-event.ts';
import { dispatchDeletion } from './handlers.ts';
import { recordCascade } from './record-cascade.ts';

/**
 * Runs before a locked row is deleted: calls the handlers of its type, and records events for all rows deleted with it.
 */
export async function prepareDeletion(tx: TenantTx, viewer: Viewer, event: BusinessEvent): Promise<void> {
  await dispatchDeletion(tx, viewer, event);
  await recordCascade(tx, viewer, event.resourceType, event.resourceId);
}
