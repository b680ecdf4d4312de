import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError, mapErrorFields } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { countAttempts } from './attempts.ts';
import { createOrganization } from './create-organization.ts';
import type { Identity, Origin } from './identity.ts';
import { knownPassword, label, secret } from './inputs.ts';
import { joinOrganization } from './join-organization.ts';
import { openAccount } from './open-account.ts';
import type { Person } from './profile-gateway.ts';
import { hashSecret } from './secret-token.ts';
import type { SignedIn } from './sessions.ts';
import { countFailure, forgiveFailure } from './sign-in-delay.ts';
import { pendingSignUps } from './tables.ts';

export const verifyEmailInput = z.object({
  token: secret,
  /**
   * The password of the sign-up. A link alone would activate a password that a stranger chose for somebody else's
   * address.
   */
  password: knownPassword,
  deviceName: label.optional(),
});

type Pending = typeof pendingSignUps.$inferSelect;

/**
 * Completes a sign-up with the token of the mailed link: creates the account, creates or joins the organization, and
 * starts a session. If that organization is no longer possible (a code was used up, a slug taken), nothing is made, and
 * the link stays valid. Throws INVALID_CREDENTIALS for a used or expired link or a wrong password; ALREADY_EXISTS when
 * the address got an account meanwhile; RATE_LIMITED.
 */
export async function verifyEmail(
  identity: Identity,
  input: z.input<typeof verifyEmailInput>,
  origin: Origin,
): Promise<SignedIn> {
  const { token, password, deviceName } = checkInput(verifyEmailInput, input);
  const { catalog, clock } = identity;
  await countAttempts(catalog, clock(), [{ bucket: 'address', subject: origin.ipAddress }]);
  const pending = await findPending(identity, token);
  if (!pending) return await refuse(identity, 'input.token', origin);
  const tried = { account: `sign-up ${pending.id}`, ipAddress: origin.ipAddress };
  await catalog.write((tx) => countFailure(tx, clock(), tried));
  if (!(await identity.passwords.verify(password, pending.passwordHash))) {
    return await refuse(identity, 'input.password', origin);
  }
  const { email, firstName, lastName, passwordHash } = pending;
  const account = {
    person: { email, firstName, lastName, ...(pending.locale !== null && { locale: pending.locale }) },
    passwordHash,
    deviceName,
    enter: (person: Person) => mapErrorFields(ofSignUp, enter(identity, person, pending, origin)),
    claim: async (tx: CatalogTx) => {
      await use(tx, pending.id, clock());
      await forgiveFailure(tx, tried);
    },
    unclaim: (tx: CatalogTx) => giveBack(tx, pending.id),
  };
  return await openAccount(identity, account, origin);
}

/** Code and slug were arguments of the sign-up; here errors about them name the token of the link. */
const ofSignUp = { 'input.code': 'input.token', 'input.organization.slug': 'input.token' };

function enter(identity: Identity, person: Person, { entry }: Pending, origin: Origin) {
  if ('joinCode' in entry) return joinOrganization(identity, person, { code: entry.joinCode }, origin);
  return createOrganization(identity, person, entry.organization, origin);
}

async function findPending({ catalog, clock }: Identity, token: string): Promise<Pending | undefined> {
  const t = pendingSignUps;
  const usable = and(eq(t.tokenHash, hashSecret(token)), isNull(t.usedAt), gt(t.expiresAt, clock()));
  const [pending] = await catalog.read((db) => db.select().from(t).where(usable));
  return pending;
}

/** The condition lets only one of two concurrent requests use the link. */
async function use(tx: CatalogTx, id: string, now: Date): Promise<void> {
  const used = await tx
    .update(pendingSignUps)
    .set({ usedAt: now })
    .where(and(eq(pendingSignUps.id, id), isNull(pendingSignUps.usedAt)))
    .returning({ id: pendingSignUps.id });
  if (used.length === 0) throw invalid('input.token');
}

async function giveBack(tx: CatalogTx, id: string): Promise<void> {
  await tx.update(pendingSignUps).set({ usedAt: null }).where(eq(pendingSignUps.id, id));
}

async function refuse(identity: Identity, field: string, origin: Origin): Promise<never> {
  const actor = { kind: 'SYSTEM' } as const;
  await identity.refusals.record({ ...origin, actor, action: 'user.verification-refused', metadata: { field } });
  throw invalid(field);
}

const invalid = (field: string) =>
  new AppError(
    'INVALID_CREDENTIALS',
    field === 'input.password' ? 'This is not the password of the sign-up' : 'This link has been used or has expired',
    { field },
  );
