import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { maxCharacters } from '../lib/characters.ts';
import { later } from '../lib/clock.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { languageOf } from '../lib/language.ts';
import { resetMail } from '../mail/messages.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { countAttempts } from './attempts.ts';
import { findUserByEmail } from './find-user.ts';
import { type Identity, type Origin, sendLater } from './identity.ts';
import { email } from './inputs.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { passwordResets, users } from './tables.ts';

const validForMs = 60 * 60_000;

export const requestPasswordResetInput = z.object({
  email,
  /** The language of the mail, if the account has none. */
  locale: z.string().check(maxCharacters(35)).optional(),
});

/**
 * Mails a link for setting a new password, if the address has an account. The answer and the work are the same if it
 * has none. Throws RATE_LIMITED.
 */
export async function requestPasswordReset(
  identity: Identity,
  input: z.input<typeof requestPasswordResetInput>,
  origin: Origin,
): Promise<void> {
  const { email, locale } = checkInput(requestPasswordResetInput, input);
  const { catalog, clock, options } = identity;
  await countAttempts(catalog, clock(), [
    { bucket: 'mail', subject: email },
    { bucket: 'address', subject: origin.ipAddress },
  ]);
  const token = newSecret();
  const user = await catalog.read((db) => findUserByEmail(db, email));
  const known = await catalog.write(async (tx) => {
    // The same statement for known and unknown addresses: it inserts one row or none
    const rows = await tx
      .insert(passwordResets)
      .select(
        tx
          .select(resetColumns(token, clock()))
          .from(users)
          .where(and(eq(sql`lower(${users.email})`, email), isNull(users.disabledAt))),
      )
      .returning({ id: passwordResets.id });
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'SYSTEM' },
      action: 'user.password-reset-requested',
      metadata: { email },
    });
    return rows.length > 0;
  });
  if (!known) return;
  const language = languageOf(user?.locale ?? locale);
  sendLater(identity, resetMail({ to: email, language, link: options.links.resetPassword(token), validForMs }));
}

const resetColumns = (token: string, now: Date) => ({
  id: as(sql`${uuidv7()}::uuid`, 'id'),
  userId: users.id,
  tokenHash: as(sql`${hashSecret(token)}::text`, 'token_hash'),
  createdAt: as(sql`${now.toISOString()}::timestamptz`, 'created_at'),
  expiresAt: as(sql`${later(now, validForMs).toISOString()}::timestamptz`, 'expires_at'),
  usedAt: as(sql`null::timestamptz`, 'used_at'),
});

const as = (value: SQL, name: string) => value.as(name);
