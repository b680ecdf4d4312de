import { eq } from 'drizzle-orm';
import { updateOf } from '../../access/rows.ts';
import type { Role } from '../../identity/roles.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { profiles } from './tables.ts';

/** Records on the profile of a member whether their role is CLIENT. Does nothing if it is recorded already. */
export async function changeRoleOfProfile(
  tx: TenantTx,
  { userId, role }: { userId: string; role: Role },
): Promise<void> {
  const [profile] = await tx.select().from(profiles).where(eq(profiles.userId, userId)).for('no key update');
  if (!profile) return;
  const write = updateOf(profiles, profile, { isClient: role === 'CLIENT' });
  if (!write) return;
  const event = { action: 'profile.updated', resourceType: 'Profile', resourceId: profile.id, ...write.changes };
  await change(tx, null, { write, event });
}
