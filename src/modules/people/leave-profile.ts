import { and, eq, isNull } from 'drizzle-orm';
import { updateOf } from '../../access/rows.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { profiles } from './tables.ts';

/**
 * Marks the profile of a person whose membership ended. The profile keeps its account and history, so that the person
 * gets it back when they return. Does nothing if there is no profile, or if it was marked before.
 */
export async function leaveProfile(tx: TenantTx, { userId }: { userId: string }): Promise<void> {
  const [profile] = await tx
    .select()
    .from(profiles)
    .where(and(eq(profiles.userId, userId), isNull(profiles.leftAt)))
    .for('no key update');
  if (!profile) return;
  const { id } = profile;
  const write = updateOf(profiles, profile, { leftAt: new Date(), presence: 'OFFLINE' })!;
  const event = { action: 'profile.left', resourceType: 'Profile', resourceId: id, ...write.changes };
  await change(tx, null, { write, event });
}
