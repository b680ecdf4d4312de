import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { AppError } from '../lib/errors.ts';
import type { Catalog, CatalogDb, CatalogTx } from '../tenancy/catalog.ts';
import { users } from './tables.ts';

/** Whether the user has proven that the address of the account is theirs. */
export const hasVerifiedEmail = (catalog: Catalog, userId: string): Promise<boolean> =>
  catalog.read((db) => isVerified(db, userId));

/** Throws EMAIL_NOT_VERIFIED. */
export async function requireVerifiedEmail(db: CatalogDb, userId: string): Promise<void> {
  if (await isVerified(db, userId)) return;
  throw new AppError(
    'EMAIL_NOT_VERIFIED',
    'Prove that this address is yours: ask for a new password, and follow its link',
  );
}

/** Records the proof, by a link that was mailed to the address or by an issuer that vouches for it. The first one counts. */
export async function recordVerifiedEmail(tx: CatalogTx, userId: string, now: Date): Promise<void> {
  await tx
    .update(users)
    .set({ emailVerifiedAt: now })
    .where(and(eq(users.id, userId), isNull(users.emailVerifiedAt)));
}

const isVerified = async (db: CatalogDb, userId: string): Promise<boolean> =>
  (await db.$count(users, and(eq(users.id, userId), isNotNull(users.emailVerifiedAt)))) > 0;
