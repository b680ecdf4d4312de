import { eq } from 'drizzle-orm';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Membership } from './add-member.ts';
import { insertUser, type NewUser } from './create-user.ts';
import type { Identity, Origin } from './identity.ts';
import type { Person } from './profile-gateway.ts';
import { openSession, type SignedIn, signedIn } from './sessions.ts';
import { users } from './tables.ts';

/** A person whose address is proven, and how they become a member. */
export interface NewAccount {
  person: Omit<NewUser, 'passwordHash'>;
  passwordHash: string;
  deviceName: string | undefined;
  enter(person: Person): Promise<Membership>;
  /** Uses up the proof of the address, in the transaction that creates the user. Throws when it is no longer valid. */
  claim?(tx: CatalogTx): Promise<void>;
  /** Makes the proof usable again. */
  unclaim?(tx: CatalogTx): Promise<void>;
}

/**
 * Creates a user, makes them a member and starts a session. If they cannot become a member, the account is deleted, so
 * that a second attempt finds the address free. Throws ALREADY_EXISTS, and the errors of `enter`.
 */
export async function openAccount(identity: Identity, account: NewAccount, origin: Origin): Promise<SignedIn> {
  const { person, passwordHash, deviceName, claim, unclaim } = account;
  const { catalog } = identity;
  const user = await insertUser(identity, { ...person, passwordHash }, { ...origin, actor: { kind: 'SYSTEM' } }, claim);
  const { userId } = user;
  let membership: Membership;
  try {
    membership = await account.enter(user);
  } catch (error) {
    await catalog.write(async (tx) => {
      await tx.delete(users).where(eq(users.id, userId));
      await unclaim?.(tx);
    });
    throw error;
  }
  const session = await catalog.write(async (tx) => {
    await recordAudit(tx, { ...origin, actor: { kind: 'USER', id: userId }, action: 'user.signed-up' });
    return openSession(identity, tx, { userId, organizationId: membership.organizationId, deviceName }, origin);
  });
  return signedIn(identity, { ...user, id: userId }, session);
}
