import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError, notFound } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { type ApiKey, withoutSecrets } from './create-api-key.ts';
import type { Identity, Origin } from './identity.ts';
import { keyLimit, limitColumns } from './key-limit.ts';
import { apiKeys } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

const limitInput = z.object({ apiKeyId: z.guid(), limit: keyLimit.nullish() });

/**
 * Gives a key a limit of its own; without one, the limit of the installation applies again. Throws FORBIDDEN without
 * organization:manage and for an API key, NOT_FOUND for a key of another organization or one that is revoked.
 */
export async function setKeyLimit(
  { catalog }: Identity,
  viewer: Viewer,
  input: z.input<typeof limitInput>,
  origin: Origin,
): Promise<ApiKey> {
  requirePermission(viewer, 'organization:manage');
  // A key must not raise its own limit
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot change the limits of keys: sign in');
  const { apiKeyId: id, limit } = checkInput(limitInput, input);
  const { organizationId } = viewer;
  const valid = and(eq(apiKeys.id, id), eq(apiKeys.organizationId, organizationId), isNull(apiKeys.revokedAt));
  return await catalog.write(async (tx) => {
    const [changed] = await tx.update(apiKeys).set(limitColumns(limit)).where(valid).returning();
    if (!changed) throw notFound('ApiKey', 'input.apiKeyId');
    await notifyUserChanged(tx, changed.userId);
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'api-key.limited',
      organizationId,
      resource: { type: 'ApiKey', id },
      metadata: limitColumns(limit),
    });
    return withoutSecrets(changed);
  });
}
