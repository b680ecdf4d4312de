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
    'The address of this account is not proven: request a new password and follow the link',
  );
}

/** Records the first proof of the address: a mailed link was followed, or an external issuer vouches for it. */
export async function recordVerifiedEmail(tx: CatalogTx, userId: string, now: Date): Promise<void> {
  await tx
    .update(users)
    .set({ emailVerifiedAt: now })
    .where(and(eq(users.id, userId), isNull(users.emailVerifiedAt)));
}

const isVerified = async (db: CatalogDb, userId: string): Promise<boolean> =>
  (await db.$count(users, and(eq(users.id, userId), isNotNull(users.emailVerifiedAt)))) > 0;
