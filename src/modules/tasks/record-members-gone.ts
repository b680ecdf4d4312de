import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvents } from '../events/record-event.ts';
import type { taskMembers } from './tables.ts';

/** Writes the events of members who were removed from tasks. */
export const recordMembersGone = (
  tx: TenantTx,
  viewer: Viewer | null,
  gone: readonly (typeof taskMembers.$inferSelect)[],
): Promise<unknown> =>
  recordEvents(
    tx,
    viewer,
    gone.map((before) => ({
      ...{ action: 'taskMember.deleted', resourceType: 'TaskMember', resourceId: before.id, before },
    })),
  );
