import { and, eq } from 'drizzle-orm';
import { isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { type AuditActor, recordAudit } from '../tenancy/audit.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { recordVerifiedEmail } from './email-verification.ts';
import { findUser } from './find-user.ts';
import type { Identity, Origin } from './identity.ts';
import { userIdentities } from './tables.ts';

export interface ExternalIdentity {
  userId: string;
  issuer: string;
  subject: string;
}

/** An identity to link, with the address that the issuer vouches for (`email` where `email_verified` is true). */
export interface NewIdentity extends ExternalIdentity {
  verifiedEmail?: string | undefined;
}

/**
 * Links a subject of an external issuer to a user. Only linked subjects may sign in: an equal e-mail address alone
 * proves nothing, since issuers differ in what they verify. If the issuer vouches for the address of the account,
 * linking proves the address. The caller must have verified a token of the subject, or be an operator. Throws
 * ALREADY_EXISTS for a subject that is already linked.
 */
export async function linkIdentity(
  { catalog, clock }: Identity,
  { userId, issuer, subject, verifiedEmail }: NewIdentity,
  actor: AuditActor = { kind: 'SYSTEM' },
  origin: Origin = {},
): Promise<void> {
  try {
    await catalog.write(async (tx) => {
      await tx.insert(userIdentities).values({ id: uuidv7(), userId, issuer, subject, createdAt: clock() });
      const user = await findUser(tx, userId);
      if (verifiedEmail !== undefined && user?.email.toLowerCase() === verifiedEmail.toLowerCase()) {
        await recordVerifiedEmail(tx, userId, clock());
      }
      const resource = { type: 'User', id: userId };
      await recordAudit(tx, { ...origin, actor, action: 'identity.linked', resource, metadata: { issuer } });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('ALREADY_EXISTS', 'This identity is already linked');
  }
}

/** Removes a link, if there is one. */
export async function unlinkIdentity(
  { catalog }: Identity,
  { userId, issuer, subject }: ExternalIdentity,
  actor: AuditActor = { kind: 'SYSTEM' },
  origin: Origin = {},
): Promise<void> {
  await catalog.write(async (tx) => {
    const same = [eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject)];
    await tx.delete(userIdentities).where(and(eq(userIdentities.userId, userId), ...same));
    await notifyUserChanged(tx, userId);
    const resource = { type: 'User', id: userId };
    await recordAudit(tx, { ...origin, actor, action: 'identity.unlinked', resource, metadata: { issuer } });
  });
}
