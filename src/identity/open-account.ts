import { eq } from 'drizzle-orm';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Membership } from './add-member.ts';
import { insertUser, type NewUser } from './create-user.ts';
import type { Identity, Origin } from './identity.ts';
import type { Person } from './profile-gateway.ts';
import { openSession, type SignedIn, signedIn } from './sessions.ts';
import { users } from './tables.ts';

/** Somebody whose address is proven, and what makes them a member. */
export interface NewAccount {
  person: Omit<NewUser, 'passwordHash'>;
  passwordHash: string;
  deviceName: string | undefined;
  enter(person: Person): Promise<Membership>;
  /** Uses up the proof, in the transaction that makes the user; may refuse. */
  claim?(tx: CatalogTx): Promise<void>;
  /** Gives the proof back. */
  unclaim?(tx: CatalogTx): Promise<void>;
}

/**
 * Makes a user, lets them enter their organization and starts a session. When they cannot enter after all, the account is
 * withdrawn, so that a second try finds the address free. Throws ALREADY_EXISTS, and what entering throws.
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
