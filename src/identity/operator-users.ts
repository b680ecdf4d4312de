import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { checkInput } from '../lib/input.ts';
import { type By, recordAudit } from '../tenancy/audit.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { organizations } from '../tenancy/tables.ts';
import { setUserDisabled } from './disable-user.ts';
import type { Identity } from './identity.ts';
import { newPassword } from './inputs.ts';
import { type OwnApiKey, revokeOwnApiKeys } from './own-api-keys.ts';
import { replacePassword } from './replace-password.ts';
import { userOrganizations, users } from './tables.ts';

export interface ListedUser {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  disabledAt: Date | null;
  /** Each as `slug (ROLE)`, by slug. */
  organizations: string[];
}

export interface UserPage {
  organizationId?: string | undefined;
  /** The last address of the previous page. */
  after?: string | undefined;
  limit: number;
}

/** Accounts by address, of one organization or of all. */
export async function listUsers(catalog: Catalog, { organizationId, after, limit }: UserPage): Promise<ListedUser[]> {
  const { id, email, firstName, lastName, disabledAt } = users;
  const membership = sql`${organizations.slug} || ' (' || ${userOrganizations.role} || ')'`;
  const joined = sql<string[]>`coalesce(array_agg(${membership} order by ${organizations.slug})
    filter (where ${organizations.id} is not null), '{}')`;
  const member = sql`exists (select from ${userOrganizations} m
    where m.user_id = ${users.id} and m.organization_id = ${organizationId ?? null}::uuid)`;
  return await catalog.read((db) =>
    db
      .select({ id, email, firstName, lastName, disabledAt, organizations: joined })
      .from(users)
      .leftJoin(userOrganizations, eq(userOrganizations.userId, users.id))
      .leftJoin(organizations, eq(organizations.id, userOrganizations.organizationId))
      .where(and(organizationId === undefined ? undefined : member, after === undefined ? undefined : gt(email, after)))
      .groupBy(users.id)
      .orderBy(asc(email))
      .limit(limit),
  );
}

/**
 * Sets the password of a user on behalf of an operator: all sessions and mailed links end, and a mail tells the user.
 * Returns the API keys that still act for the user. Throws BAD_INPUT for a password that is too short.
 */
export async function setPassword(
  identity: Identity,
  { userId, password }: { userId: string; password: string },
  by: By,
): Promise<OwnApiKey[]> {
  const passwordHash = await identity.passwords.hash(checkInput(newPassword, password));
  return await identity.catalog.write(async (tx) => {
    await recordAudit(tx, { ...by, action: 'user.password-set', resource: { type: 'User', id: userId } });
    return await replacePassword(identity, tx, { userId, passwordHash, reason: 'PASSWORD_RESET' });
  });
}

/**
 * Disables a user and ends their sessions and API keys. Memberships and the user's work stay. Throws NOT_FOUND.
 */
export async function removeUser(identity: Identity, userId: string, by: By): Promise<void> {
  await setUserDisabled(identity, userId, true, by.actor);
  await identity.catalog.write((tx) => revokeOwnApiKeys(tx, userId, identity.clock()));
}
