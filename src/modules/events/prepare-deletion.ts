import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from './business-event.ts';
import { cascadeOf, lockCascade } from './cascade.ts';
import { dispatchDeletion } from './handlers.ts';
import { moveToTrash } from './move-to-trash.ts';
import { recordCascade } from './record-cascade.ts';

/**
 * Runs before a locked row is deleted: calls the handlers of its type, copies what goes to the trash if its type has
 * one, and records events for all rows deleted with it.
 */
export async function prepareDeletion(tx: TenantTx, viewer: Viewer, event: BusinessEvent): Promise<void> {
  await dispatchDeletion(tx, viewer, event);
  const cascade = cascadeOf(viewer, event.resourceType, event.resourceId);
  if (!cascade) return;
  await lockCascade(tx, cascade);
  await moveToTrash(tx, viewer, event, cascade);
  await recordCascade(tx, viewer, cascade);
}
