import { and, desc, eq, gt, isNull, or } from 'drizzle-orm';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogDb, CatalogTx } from '../tenancy/catalog.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { organizations } from '../tenancy/tables.ts';
import type { Identity, Origin } from './identity.ts';
import { apiKeys } from './tables.ts';

/** A key that acts for a person, in any organization. */
export interface OwnApiKey {
  id: string;
  name: string;
  prefix: string;
  organizationId: string;
  organizationName: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}

/** The longest list that is returned. */
const most = 200;

const isLive = (userId: string, now: Date) =>
  and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)));

/** The keys that still act for a user, in all organizations, the newest first. */
export const listOwnApiKeys = ({ catalog, clock }: Identity, userId: string): Promise<OwnApiKey[]> =>
  catalog.read((db) => findOwnApiKeys(db, userId, clock()));

/** The same, in the caller's transaction. */
export async function findOwnApiKeys(db: CatalogDb, userId: string, now: Date): Promise<OwnApiKey[]> {
  const { id, name, prefix, organizationId, createdAt, lastUsedAt, expiresAt } = apiKeys;
  return await db
    .select({
      ...{ id, name, prefix, organizationId, createdAt, lastUsedAt, expiresAt },
      organizationName: organizations.name,
    })
    .from(apiKeys)
    .innerJoin(organizations, eq(organizations.id, organizationId))
    .where(isLive(userId, now))
    .orderBy(desc(id))
    .limit(most);
}

/** Revokes every key that acts for a user. */
export async function revokeOwnApiKeys(tx: CatalogTx, userId: string, now: Date): Promise<void> {
  await tx.update(apiKeys).set({ revokedAt: now }).where(isLive(userId, now));
  await notifyUserChanged(tx, userId);
}

/** Revokes one key of a user, whatever their role; false when there is none. */
export async function revokeOwnApiKey(
  { catalog, clock }: Identity,
  userId: string,
  apiKeyId: string,
  origin: Origin,
): Promise<boolean> {
  const now = clock();
  return await catalog.write(async (tx) => {
    const mine = and(eq(apiKeys.id, apiKeyId), isLive(userId, now));
    const [revoked] = await tx.update(apiKeys).set({ revokedAt: now }).where(mine).returning();
    if (!revoked) return false;
    await notifyUserChanged(tx, userId);
    await recordAudit(tx, {
      ...origin,
      actor: { kind: 'USER', id: userId },
      action: 'api-key.revoked',
      organizationId: revoked.organizationId,
      resource: { type: 'ApiKey', id: apiKeyId },
    });
    return true;
  });
}
