import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { AppError, notFound } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { formatApiKey, newApiKey } from './api-key.ts';
import { requireAuthority } from './authority.ts';
import type { Identity, Origin } from './identity.ts';
import { label, permission, requireFuture } from './inputs.ts';
import { keyLimit, limitColumns } from './key-limit.ts';
import { revokeOwnApiKey } from './own-api-keys.ts';
import { hashSecret } from './secret-token.ts';
import { apiKeys } from './tables.ts';
import { type Account, actorOf, isViewer, requirePermission, type Viewer } from './viewer.ts';

export const createApiKeyInput = z.object({
  name: label,
  scopes: z.array(permission).min(1).max(100),
  expiresAt: z.date().nullish(),
  /** Whether the key may only send documents that were registered in advance. */
  persistedOnly: z.boolean().default(false),
  /** The limit of the installation applies to keys without one. */
  limit: keyLimit.nullish(),
});

type ApiKeyRow = typeof apiKeys.$inferSelect;
export type ApiKey = Omit<ApiKeyRow, 'secretHash' | 'previousSecretHash'>;

export const withoutSecrets = ({ secretHash, previousSecretHash, ...apiKey }: ApiKeyRow): ApiKey => apiKey;

/**
 * Creates a key that acts for the viewer in their organization, within the scopes. The secret `key` is only in this
 * result. Throws FORBIDDEN without organization:manage, or for a scope that the viewer does not have; BAD_INPUT for an
 * expiry in the past.
 */
export async function createApiKey(
  { catalog, clock }: Identity,
  viewer: Viewer,
  input: z.input<typeof createApiKeyInput>,
  origin: Origin,
): Promise<{ apiKey: ApiKey; key: string }> {
  requirePermission(viewer, 'organization:manage');
  // Keys made by a key would survive its revocation
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot create API keys: sign in');
  const { scopes, limit, ...values } = checkInput(createApiKeyInput, input);
  requireAuthority(viewer, { permissions: scopes });
  const now = clock();
  requireFuture(values.expiresAt, now);
  const { organizationId, userId } = viewer;
  const row = { ...values, ...limitColumns(limit), scopes, organizationId, userId, createdAt: now };
  return catalog.write((tx) => insertApiKey(tx, row, { ...origin, actor: actorOf(viewer) }));
}

type NewApiKey = Omit<typeof apiKeys.$inferInsert, 'id' | 'prefix' | 'secretHash'>;

/** Writes a key whose scopes were checked. */
export async function insertApiKey(tx: CatalogTx, key: NewApiKey, by: By): Promise<{ apiKey: ApiKey; key: string }> {
  const secret = newApiKey();
  const row = { ...key, id: uuidv7(), prefix: secret.prefix, scopes: [...new Set(key.scopes)] };
  const [inserted] = await tx
    .insert(apiKeys)
    .values({ ...row, secretHash: hashSecret(secret.secret) })
    .returning();
  await recordAudit(tx, {
    ...by,
    action: 'api-key.created',
    organizationId: row.organizationId,
    resource: { type: 'ApiKey', id: row.id },
    metadata: { name: row.name, scopes: row.scopes },
  });
  return { apiKey: withoutSecrets(inserted!), key: formatApiKey(secret) };
}

/**
 * Revokes a key: with organization:manage any key of the organization, otherwise a key that acts for the caller, in any
 * organization. Throws FORBIDDEN for a member without that permission, NOT_FOUND.
 */
export async function revokeApiKey(
  identity: Identity,
  who: Account | Viewer,
  apiKeyId: string,
  origin: Origin,
): Promise<void> {
  const viewer = isViewer(who) ? who : undefined;
  const manages = viewer?.permissions.has('organization:manage') ?? false;
  if (viewer && manages && (await revokeInOrganization(identity, viewer, apiKeyId, origin))) return;
  // An API key may not revoke other keys of the member for whom it acts
  if (!viewer?.apiKey && (await revokeOwnApiKey(identity, who.userId, apiKeyId, origin))) return;
  if (viewer && !manages) requirePermission(viewer, 'organization:manage');
  throw notFound('ApiKey');
}

async function revokeInOrganization({ catalog, clock }: Identity, viewer: Viewer, id: string, origin: Origin) {
  const { organizationId } = viewer;
  const open = and(eq(apiKeys.id, id), eq(apiKeys.organizationId, organizationId), isNull(apiKeys.revokedAt));
  return await catalog.write(async (tx) => {
    const [revoked] = await tx.update(apiKeys).set({ revokedAt: clock() }).where(open).returning();
    if (!revoked) return false;
    await notifyUserChanged(tx, revoked.userId);
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'api-key.revoked',
      organizationId,
      resource: { type: 'ApiKey', id },
    });
    return true;
  });
}
