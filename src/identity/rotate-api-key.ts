import { and, eq, gt, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { later } from '../lib/clock.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { requireAuthority } from './authority.ts';
import { type ApiKey, insertApiKey } from './create-api-key.ts';
import type { Identity, Origin } from './identity.ts';
import { isPermission } from './permissions.ts';
import { apiKeys } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

/** Seconds for which the old key works beside the new one. */
export const overlap = { usual: 86_400, most: 30 * 86_400 } as const;

const rotation = z.object({
  apiKeyId: z.string(),
  overlapSeconds: z.number().int().min(0).max(overlap.most).default(overlap.usual),
});

export interface RotatedApiKey {
  apiKey: ApiKey;
  key: string;
  /** When the old key stops working. */
  previousExpiresAt: Date;
}

/**
 * Replaces a key that acts for the viewer by a new one with the same name and scopes, which lasts as long as the old
 * one was made to. The old key works for the overlap. Throws FORBIDDEN without organization:manage, for an API key, and
 * for a scope that the viewer no longer has; NOT_FOUND for a key of somebody else, and for one that no longer works.
 */
export async function rotateApiKey(
  identity: Identity,
  viewer: Viewer,
  input: z.input<typeof rotation>,
  origin: Origin,
): Promise<RotatedApiKey> {
  requirePermission(viewer, 'organization:manage');
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot create API keys: sign in');
  const { apiKeyId, overlapSeconds } = checkInput(rotation, input);
  const { userId, organizationId } = viewer;
  const mine = and(eq(apiKeys.id, apiKeyId), eq(apiKeys.userId, userId), eq(apiKeys.organizationId, organizationId));
  const by = { ...origin, actor: actorOf(viewer) };
  const rotated = await replace(identity, mine, overlapSeconds, by, ({ scopes }) =>
    requireAuthority(viewer, { permissions: scopes.filter(isPermission) }),
  );
  if (!rotated) throw notFound('ApiKey', 'input.apiKeyId');
  return rotated;
}

/** The same for any key, by its prefix, on behalf of an operator. Throws NOT_FOUND for a key that does not work. */
export async function rotateApiKeyByOperator(
  identity: Identity,
  prefix: string,
  overlapSeconds: number,
  by: By,
): Promise<RotatedApiKey> {
  const rotated = await replace(identity, eq(apiKeys.prefix, prefix), overlapSeconds, by);
  if (!rotated) throw new AppError('NOT_FOUND', `There is no valid key ${prefix}`);
  return rotated;
}

async function replace(
  { catalog, clock }: Identity,
  which: ReturnType<typeof and>,
  overlapSeconds: number,
  by: By,
  check: (old: ApiKey) => void = () => {},
): Promise<RotatedApiKey | undefined> {
  const now = clock();
  const works = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)));
  return await catalog.write(async (tx) => {
    const [old] = await tx.select().from(apiKeys).where(and(which, works)).for('update');
    if (!old) return undefined;
    check(old);
    const { name, scopes, persistedOnly, userId, organizationId, createdAt, expiresAt } = old;
    const lifeMs = expiresAt && expiresAt.getTime() - createdAt.getTime();
    const next = { name, scopes, persistedOnly, userId, organizationId, createdAt: now };
    const made = await insertApiKey(tx, { ...next, expiresAt: lifeMs === null ? null : later(now, lifeMs) }, by);
    const end = later(now, overlapSeconds * 1000);
    const previousExpiresAt = expiresAt && expiresAt < end ? expiresAt : end;
    await tx.update(apiKeys).set({ expiresAt: previousExpiresAt }).where(eq(apiKeys.id, old.id));
    await notifyUserChanged(tx, userId);
    await recordAudit(tx, {
      ...by,
      action: 'api-key.rotated',
      organizationId,
      resource: { type: 'ApiKey', id: old.id },
      metadata: { next: made.apiKey.id },
    });
    return { ...made, previousExpiresAt };
  });
}
