import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { organizations } from '../tenancy/tables.ts';
import type { PermissionOverride } from './permissions.ts';
import { apiKeys, permissions, sessions, userIdentities, userOrganizations, users } from './tables.ts';

/** What a credential points at: the row from which everything else about the caller follows. */
export type Anchor =
  | { kind: 'session'; sessionId: string; organizationId: string | undefined }
  | { kind: 'identity'; issuer: string; subject: string; organizationId: string | undefined }
  | { kind: 'apiKey'; prefix: string };

const overrides = sql<PermissionOverride[]>`coalesce((
  select json_agg(json_build_object('permission', ${permissions.permission}, 'granted', ${permissions.granted}))
  from ${permissions}
  where ${permissions.organizationId} = ${userOrganizations.organizationId}
    and ${permissions.role} = ${userOrganizations.role}), '[]')`;

const shape = {
  user: {
    id: users.id,
    email: users.email,
    firstName: users.firstName,
    lastName: users.lastName,
    disabledAt: users.disabledAt,
  },
  session: { id: sessions.id, revokedAt: sessions.revokedAt, expiresAt: sessions.expiresAt },
  apiKey: {
    id: apiKeys.id,
    organizationId: apiKeys.organizationId,
    secretHash: apiKeys.secretHash,
    scopes: apiKeys.scopes,
    persistedOnly: apiKeys.persistedOnly,
    expiresAt: apiKeys.expiresAt,
    revokedAt: apiKeys.revokedAt,
    lastUsedAt: apiKeys.lastUsedAt,
  },
  organization: { id: organizations.id, status: organizations.status },
  membership: { id: userOrganizations.id, profileId: userOrganizations.profileId, role: userOrganizations.role },
  overrides,
};

/** Everything that decides who the caller is and what they may, as it is in the catalog now: one statement. */
export async function findMemberState(db: CatalogDb, anchor: Anchor) {
  const [state] = await db
    .select(shape)
    .from(users)
    .leftJoin(sessions, anchor.kind === 'session' ? sessionOf(anchor.sessionId) : never)
    .leftJoin(userIdentities, anchor.kind === 'identity' ? identityOf(anchor.issuer, anchor.subject) : never)
    .leftJoin(apiKeys, anchor.kind === 'apiKey' ? keyOf(anchor.prefix) : never)
    .leftJoin(organizations, organizationOf(anchor))
    .leftJoin(
      userOrganizations,
      and(eq(userOrganizations.userId, users.id), eq(userOrganizations.organizationId, organizations.id)),
    )
    .where(isNotNull(anchorColumns[anchor.kind]));
  return state;
}

export type MemberState = NonNullable<Awaited<ReturnType<typeof findMemberState>>>;

const never: SQL = sql`false`;
const anchorColumns = { session: sessions.id, identity: userIdentities.id, apiKey: apiKeys.id };

const sessionOf = (id: string) => and(eq(sessions.userId, users.id), eq(sessions.id, id));
const keyOf = (prefix: string) => and(eq(apiKeys.userId, users.id), eq(apiKeys.prefix, prefix));
const identityOf = (issuer: string, subject: string) =>
  and(eq(userIdentities.userId, users.id), eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject));

/** An API key is bound to its organization; the others say which one they mean, or none. */
function organizationOf(anchor: Anchor): SQL {
  if (anchor.kind === 'apiKey') return eq(organizations.id, apiKeys.organizationId);
  return anchor.organizationId === undefined ? never : eq(organizations.id, anchor.organizationId);
}
