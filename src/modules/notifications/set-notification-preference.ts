import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import { lockRule } from '../../access/rule-lock.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change, recordEvent } from '../events/record-event.ts';
import { notificationMedia, notificationPreferences, notificationTypes } from './tables.ts';

const input = z.object({ type: z.enum(notificationTypes), medium: z.enum(notificationMedia), enabled: z.boolean() });

/** Sets the viewer's own preference for a type and a medium. Repeating it changes nothing. */
export async function setNotificationPreference(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ id: string }> {
  requirePermission(viewer, 'notification:write-own');
  const { type, medium, enabled } = checkInput(input, raw);
  const { profileId } = viewer;
  lockRule(tx, `notification preferences of ${profileId}`);
  const [current] = await tx
    .select({ id: notificationPreferences.id, enabled: notificationPreferences.enabled })
    .from(notificationPreferences)
    .where(
      and(
        eq(notificationPreferences.profileId, profileId),
        eq(notificationPreferences.type, type),
        eq(notificationPreferences.medium, medium),
      ),
    );
  if (current?.enabled === enabled) return { id: current.id };
  const id = current?.id ?? uuidv7();
  const about = { resourceType: 'NotificationPreference', resourceId: id };
  if (current) {
    await tx.update(notificationPreferences).set({ enabled }).where(eq(notificationPreferences.id, id));
    const changes = { before: { enabled: current.enabled }, after: { enabled } };
    await recordEvent(tx, viewer, { action: 'notificationPreference.updated', ...about, ...changes });
  } else {
    const row = { id, profileId, type, medium, enabled };
    await change(tx, viewer, {
      write: insertionOf(notificationPreferences, row),
      event: { action: 'notificationPreference.created', ...about, after: row },
    });
  }
  return { id };
}
