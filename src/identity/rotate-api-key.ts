import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { later } from '../lib/clock.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { formatApiKey, newApiKey } from './api-key.ts';
import { requireAuthority } from './authority.ts';
import { type ApiKey, withoutSecrets } from './create-api-key.ts';
import type { Identity, Origin } from './identity.ts';
import { isPermission } from './permissions.ts';
import { hashSecret } from './secret-token.ts';
import { apiKeys } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/** For how long the old secret of a rotated key is accepted: a day, or up to 30 days. */
const usualMinutes = 24 * 60;
const mostMinutes = 30 * usualMinutes;

const rotation = z.object({
  apiKeyId: z.guid(),
  overlapMinutes: z.int().min(0).max(mostMinutes).default(usualMinutes),
});

/**
 * Gives one of the viewer's keys a new secret, which is only in this result; the old secret is accepted until the
 * overlap ends, and an older one no longer. Throws FORBIDDEN without organization:manage, for an API key, for a key
 * that acts for somebody else, and for a key with a scope that the viewer does not have; NOT_FOUND for a key of another
 * organization or one that is revoked; INVALID_STATE for an expired one.
 */
export async function rotateApiKey(
  { catalog, clock }: Identity,
  viewer: Viewer,
  input: z.input<typeof rotation>,
  origin: Origin,
): Promise<{ apiKey: ApiKey; key: string }> {
  requirePermission(viewer, 'organization:manage');
  // The new secret would survive the revocation of the key that asked for it
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot rotate API keys: sign in');
  const { apiKeyId: id, overlapMinutes } = checkInput(rotation, input);
  const { organizationId, userId } = viewer;
  const valid = and(eq(apiKeys.id, id), eq(apiKeys.organizationId, organizationId), isNull(apiKeys.revokedAt));
  return await catalog.write(async (tx) => {
    const [found] = await tx.select().from(apiKeys).where(valid).for('update');
    if (!found) throw notFound('ApiKey', 'input.apiKeyId');
    // Whoever reads the secret can act as the key's member
    if (found.userId !== userId) {
      throw new AppError('FORBIDDEN', 'Only the member for whom a key acts can rotate it: revoke it instead');
    }
    requireAuthority(viewer, { permissions: found.scopes.filter(isPermission) });
    const times = { overlapSeconds: overlapMinutes * 60, now: clock() };
    return await replaceSecret(tx, found, times, { ...origin, actor: actorOf(viewer) });
  });
}

interface Times {
  overlapSeconds: number;
  now: Date;
}

/** Replaces the secret of a key whose row is locked. Throws INVALID_STATE for an expired key. */
export async function replaceSecret(
  tx: CatalogTx,
  { id, prefix, secretHash, expiresAt }: typeof apiKeys.$inferSelect,
  { overlapSeconds, now }: Times,
  by: By,
): Promise<{ apiKey: ApiKey; key: string }> {
  if (expiresAt && expiresAt <= now) throw new AppError('INVALID_STATE', 'The key has expired: create another one');
  const { secret } = newApiKey();
  const until = overlapSeconds > 0 ? later(now, overlapSeconds * 1000) : null;
  const previous = { previousSecretHash: until && secretHash, previousSecretUntil: until };
  const [rotated] = await tx
    .update(apiKeys)
    .set({ secretHash: hashSecret(secret), ...previous })
    .where(eq(apiKeys.id, id))
    .returning();
  const { organizationId, userId } = rotated!;
  await notifyUserChanged(tx, userId);
  await recordAudit(tx, {
    ...by,
    action: 'api-key.rotated',
    organizationId,
    resource: { type: 'ApiKey', id },
    metadata: { previousSecretUntil: until?.toISOString() ?? null },
  });
  return { apiKey: withoutSecrets(rotated!), key: formatApiKey({ prefix, secret }) };
}
