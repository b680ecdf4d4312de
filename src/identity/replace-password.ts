import { and, eq, isNull, sql } from 'drizzle-orm';
import { languageOf } from '../lib/language.ts';
import { passwordChangedMail } from '../mail/messages.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { type Identity, sendLater } from './identity.ts';
import { findOwnApiKeys, type OwnApiKey, revokeOwnApiKeys } from './own-api-keys.ts';
import { revokeSessions } from './sessions.ts';
import { clearSignInLimits } from './sign-in-limits.ts';
import { passwordResets, users } from './tables.ts';

export interface NewPassword {
  userId: string;
  passwordHash: string;
  reason: 'PASSWORD_CHANGED' | 'PASSWORD_RESET';
  /** The session that stays open. */
  keepSession?: string | undefined;
  /** Also revokes the API keys that act for the person. */
  revokeApiKeys?: boolean | undefined;
  /** The person followed a link that was mailed to their address. */
  provesEmail?: boolean;
}

/**
 * Replaces a password in one transaction: ends other sessions and mailed links, clears the delays of failed sign-ins,
 * and after the commit mails the person the API keys that still act for them. Returns those keys.
 */
export async function replacePassword(identity: Identity, tx: CatalogTx, change: NewPassword): Promise<OwnApiKey[]> {
  const { userId, passwordHash, reason } = change;
  const now = identity.clock();
  const emailVerifiedAt = sql`coalesce(${users.emailVerifiedAt}, ${now.toISOString()}::timestamptz)`;
  const [user] = await tx
    .update(users)
    .set({ passwordHash, ...(change.provesEmail && { emailVerifiedAt }) })
    .where(eq(users.id, userId))
    .returning({ email: users.email, locale: users.locale });
  await tx
    .update(passwordResets)
    .set({ usedAt: now })
    .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
  await revokeSessions(tx, userId, reason, now, change.keepSession);
  if (change.revokeApiKeys) await revokeOwnApiKeys(tx, userId, now);
  const keys = await findOwnApiKeys(tx, userId, now);
  if (!user) return keys;
  await clearSignInLimits(tx, user.email);
  const mail = { to: user.email, language: languageOf(user.locale), link: identity.options.links.signIn(), keys };
  tx.onCommit(() => sendLater(identity, passwordChangedMail(mail)));
  return keys;
}
