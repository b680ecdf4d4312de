import { and, eq, isNull, sql } from 'drizzle-orm';
import { updateOf } from '../../access/rows.ts';
import type { Joining } from '../../identity/profile-gateway.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from './tables.ts';

type Profile = typeof profiles.$inferSelect;

/**
 * The profile of a person who becomes a member: their former profile; otherwise, if their address is verified, the only
 * profile without an account that has this address, with its history; otherwise a new one. Repeating the call returns
 * the same profile, so a retry is safe.
 */
export async function joinProfile(tx: TenantTx, person: Joining): Promise<string> {
  const known = (await findByUser(tx, person.userId)) ?? (await findClaimable(tx, person));
  if (known) return revive(tx, known, person);
  const id = uuidv7();
  const made = await tx
    .insert(profiles)
    .values({ id, ...copied(person) })
    .onConflictDoNothing({ target: profiles.userId })
    .returning({ id: profiles.id });
  // A concurrent call created the same person's profile
  if (!made.length) return (await findByUser(tx, person.userId))!.id;
  await recordEvent(tx, null, {
    action: 'profile.joined',
    resourceType: 'Profile',
    resourceId: id,
    after: copied(person),
  });
  return id;
}

const copied = ({ userId, email, firstName, lastName, role }: Joining) => ({
  userId,
  email,
  firstName,
  lastName,
  isClient: role === 'CLIENT',
});

async function findByUser(tx: TenantTx, userId: string): Promise<Profile | undefined> {
  const [profile] = await tx.select().from(profiles).where(eq(profiles.userId, userId)).for('no key update');
  return profile;
}

/** Returns none if several profiles have the address: people must decide which of them is the person. */
async function findClaimable(tx: TenantTx, { email, emailVerified }: Joining): Promise<Profile | undefined> {
  if (!emailVerified) return undefined;
  const found = await tx
    .select()
    .from(profiles)
    .where(and(isNull(profiles.userId), eq(sql`lower(${profiles.email})`, email.toLowerCase())))
    .limit(2)
    .for('no key update');
  return found.length === 1 ? found[0] : undefined;
}

/** Updates a profile that had left, or had no account, with the account's data. Any other profile stays as it is. */
async function revive(tx: TenantTx, profile: Profile, person: Joining): Promise<string> {
  if (profile.userId !== null && profile.leftAt === null) return profile.id;
  const write = updateOf(profiles, profile, { ...copied(person), leftAt: null });
  if (write) tx.send(write);
  await recordEvent(tx, null, {
    action: 'profile.joined',
    resourceType: 'Profile',
    resourceId: profile.id,
    ...write?.changes,
  });
  return profile.id;
}
