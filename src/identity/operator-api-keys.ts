import { and, desc, eq, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { notifyUserChanged } from '../tenancy/invalidation.ts';
import { type ApiKey, createApiKeyInput, insertApiKey } from './create-api-key.ts';
import type { Identity } from './identity.ts';
import { requireFuture } from './inputs.ts';
import { isMember } from './is-member.ts';
import { limitColumns } from './key-limit.ts';
import { permissionsOfRole } from './role-permissions.ts';
import { replaceSecret } from './rotate-api-key.ts';
import { apiKeys, userOrganizations, users } from './tables.ts';

const newKey = createApiKeyInput.extend({ organizationId: z.string(), userId: z.string() });

/**
 * Creates a key that acts for a member, on behalf of an operator. Throws FORBIDDEN for a user who is not a member, or
 * for a scope that the member's role does not have; BAD_INPUT for an expiry in the past.
 */
export async function createApiKeyFor(
  { catalog, clock }: Identity,
  input: z.input<typeof newKey>,
  by: By,
): Promise<{ apiKey: ApiKey; key: string }> {
  const { limit, ...values } = checkInput(newKey, input);
  const { organizationId, userId, scopes, expiresAt } = values;
  const now = clock();
  requireFuture(expiresAt, now);
  return await catalog.write(async (tx) => {
    if (!(await isMember(tx, { userId, organizationId }))) {
      throw new AppError('FORBIDDEN', 'This user is not a member of the organization');
    }
    const [member] = await tx
      .select({ role: userOrganizations.role })
      .from(userOrganizations)
      .where(and(eq(userOrganizations.userId, userId), eq(userOrganizations.organizationId, organizationId)));
    const held = await permissionsOfRole(tx, organizationId, member!.role);
    const more = scopes.filter((scope) => !held.has(scope));
    if (more.length > 0) throw new AppError('FORBIDDEN', `The role ${member!.role} does not have ${more.join(', ')}`);
    return await insertApiKey(tx, { ...values, ...limitColumns(limit), createdAt: now }, by);
  });
}

export interface ListedApiKey {
  id: string;
  prefix: string;
  name: string;
  email: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedFrom: string | null;
  revokedAt: Date | null;
}

/** The keys of an organization, the newest first, including revoked and expired ones. */
export const listApiKeys = (catalog: Catalog, organizationId: string): Promise<ListedApiKey[]> => {
  const { id, prefix, name, scopes, createdAt, expiresAt, lastUsedAt, lastUsedFrom, revokedAt } = apiKeys;
  return catalog.read((db) =>
    db
      .select({
        ...{ id, prefix, name, email: users.email, scopes },
        ...{ createdAt, expiresAt, lastUsedAt, lastUsedFrom, revokedAt },
      })
      .from(apiKeys)
      .innerJoin(users, eq(users.id, apiKeys.userId))
      .where(eq(apiKeys.organizationId, organizationId))
      .orderBy(desc(id)),
  );
};

/** The key with this id or prefix, unless it is revoked. */
const isNamed = (key: string) =>
  and(
    z.guid().safeParse(key).success ? or(eq(apiKeys.id, key), eq(apiKeys.prefix, key)) : eq(apiKeys.prefix, key),
    isNull(apiKeys.revokedAt),
  );

const noValidKey = (key: string) => new AppError('NOT_FOUND', `There is no valid key ${key}`);

/**
 * Gives the key with this id or prefix a new secret; the old one is accepted until the overlap ends. Throws NOT_FOUND
 * for an unknown or revoked key, INVALID_STATE for an expired one.
 */
export async function rotateApiKeyByOperator(
  { catalog, clock }: Identity,
  key: string,
  overlapSeconds: number,
  by: By,
): Promise<{ apiKey: ApiKey; key: string }> {
  return await catalog.write(async (tx) => {
    const [found] = await tx.select().from(apiKeys).where(isNamed(key)).for('update');
    if (!found) throw noValidKey(key);
    return await replaceSecret(tx, found, { overlapSeconds, now: clock() }, by);
  });
}

/** Revokes the key with this id or prefix. Throws NOT_FOUND for an unknown or revoked one. */
export async function revokeApiKeyByOperator({ catalog, clock }: Identity, key: string, by: By): Promise<void> {
  await catalog.write(async (tx) => {
    const [revoked] = await tx.update(apiKeys).set({ revokedAt: clock() }).where(isNamed(key)).returning();
    if (!revoked) throw noValidKey(key);
    const { id, userId, organizationId } = revoked;
    await notifyUserChanged(tx, userId);
    await recordAudit(tx, { ...by, action: 'api-key.revoked', organizationId, resource: { type: 'ApiKey', id } });
  });
}
