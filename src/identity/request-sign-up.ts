import { eq, notExists, type SQL, sql } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { languageOf } from '../lib/language.ts';
import { accountExistsMail, verificationMail } from '../mail/messages.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { organizations } from '../tenancy/tables.ts';
import { countAttempts } from './attempts.ts';
import { type Identity, type Origin, sendLater } from './identity.ts';
import { findJoinCode } from './join-organization.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { pendingSignUps, type SignUpEntry, users } from './tables.ts';

export const verificationMs = 24 * 60 * 60_000;

interface Applicant {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
  locale?: string | undefined;
}

/**
 * Stores a sign-up until its address is proven, and mails the link that proves it; no user and no schema are made
 * before. If the address has an account, nothing is stored and the mail says so; answer, statements and hashing are the
 * same. Throws NOT_FOUND for an invalid code, ALREADY_EXISTS for a slug that is taken.
 */
export async function requestSignUp(
  identity: Identity,
  applicant: Applicant,
  entry: SignUpEntry,
  origin: Origin,
): Promise<undefined> {
  const { catalog, clock, options } = identity;
  const { email: to } = applicant;
  await requireUsable(identity, entry, origin);
  await countAttempts(catalog, clock(), [{ bucket: 'mail', subject: to }]);
  const passwordHash = await identity.passwords.hash(applicant.password);
  const token = newSecret();
  const columns = pendingColumns({ ...applicant, passwordHash, entry, token }, clock());
  const isStored = await catalog.write(async (tx) => {
    const actor = { kind: 'SYSTEM' } as const;
    await recordAudit(tx, { ...origin, actor, action: 'user.sign-up-requested', metadata: { email: to } });
    return await insertUnlessUser(tx, to, columns);
  });
  const addressee = { to, language: languageOf(applicant.locale) };
  const mail = isStored
    ? verificationMail({ ...addressee, link: options.links.verifyEmail(token), validForMs: verificationMs })
    : accountExistsMail({ ...addressee, link: options.links.signIn() });
  sendLater(identity, mail);
}

/** Checks the code or slug now, so that the person learns of a problem before following the link. */
async function requireUsable(identity: Identity, entry: SignUpEntry, origin: Origin): Promise<void> {
  if ('joinCode' in entry) {
    await findJoinCode(identity, entry.joinCode, { ...origin, actor: { kind: 'SYSTEM' } }, 'input.joinCode');
    return;
  }
  const { slug } = entry.organization;
  if (slug === undefined) return;
  const taken = await identity.catalog.read((db) => db.$count(organizations, eq(organizations.slug, slug)));
  if (taken > 0) {
    throw new AppError('ALREADY_EXISTS', `The slug ${slug} is taken`, { field: 'input.organization.slug' });
  }
}

/** The same statement for known and unknown addresses: it inserts one row or none. */
async function insertUnlessUser(tx: CatalogTx, email: string, columns: ReturnType<typeof pendingColumns>) {
  const holder = tx
    .select({ id: users.id })
    .from(users)
    .where(eq(sql`lower(${users.email})`, email));
  const rows = await tx
    .insert(pendingSignUps)
    .select(tx.select(columns).from(sql`(values (1)) as one`).where(notExists(holder)))
    .returning({ id: pendingSignUps.id });
  return rows.length > 0;
}

interface PendingSignUp extends Applicant {
  passwordHash: string;
  entry: SignUpEntry;
  token: string;
}

const pendingColumns = (
  { email, firstName, lastName, locale, passwordHash, entry, token }: PendingSignUp,
  now: Date,
) => ({
  id: as(sql`${uuidv7()}::uuid`, 'id'),
  email: as(sql`${email}::text`, 'email'),
  firstName: as(sql`${firstName}::text`, 'first_name'),
  lastName: as(sql`${lastName}::text`, 'last_name'),
  locale: as(sql`${locale ?? null}::text`, 'locale'),
  passwordHash: as(sql`${passwordHash}::text`, 'password_hash'),
  entry: as(sql`${JSON.stringify(entry)}::text::jsonb`, 'entry'),
  tokenHash: as(sql`${hashSecret(token)}::text`, 'token_hash'),
  createdAt: as(sql`${now.toISOString()}::timestamptz`, 'created_at'),
  expiresAt: as(sql`${later(now, verificationMs).toISOString()}::timestamptz`, 'expires_at'),
  usedAt: as(sql`null::timestamptz`, 'used_at'),
});

const as = (value: SQL, name: string) => value.as(name);
