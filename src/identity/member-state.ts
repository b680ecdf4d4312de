import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { CatalogDb } from '../tenancy/catalog.ts';
import { organizations } from '../tenancy/tables.ts';
import type { PermissionOverride } from './permissions.ts';
import { apiKeys, permissions, sessions, userIdentities, userOrganizations, users } from './tables.ts';

/** The row that a credential identifies; everything else about the caller is read from it. */
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
    userId: apiKeys.userId,
    organizationId: apiKeys.organizationId,
    secretHash: apiKeys.secretHash,
    previousSecretHash: apiKeys.previousSecretHash,
    previousSecretUntil: apiKeys.previousSecretUntil,
    scopes: apiKeys.scopes,
    persistedOnly: apiKeys.persistedOnly,
    points: apiKeys.points,
    restoreRate: apiKeys.restoreRate,
    expiresAt: apiKeys.expiresAt,
    revokedAt: apiKeys.revokedAt,
    lastUsedAt: apiKeys.lastUsedAt,
  },
  organization: { id: organizations.id, status: organizations.status, modules: organizations.modules },
  membership: { id: userOrganizations.id, profileId: userOrganizations.profileId, role: userOrganizations.role },
  overrides,
  position: sql<number>`asked.position::int`,
};

/** Everything in the catalog that decides who the caller is and what they may do. */
export async function findMemberState(db: CatalogDb, anchor: Anchor): Promise<MemberState | undefined> {
  return (await findMemberStates(db, [anchor]))[0];
}

/** The same for many callers, in their order, in one statement. */
export async function findMemberStates(
  db: CatalogDb,
  anchors: readonly Anchor[],
): Promise<(MemberState | undefined)[]> {
  const rows = await selectStates(db, anchors);
  const states = new Array<MemberState | undefined>(anchors.length);
  for (const { position, ...state } of rows) states[position - 1] = state;
  return states;
}

const selectStates = (db: CatalogDb, anchors: readonly Anchor[]) =>
  db
    .select(shape)
    .from(asked(anchors))
    .leftJoin(sessions, sql`${sessions.id} = asked.session_id`)
    .leftJoin(
      userIdentities,
      sql`(${userIdentities.issuer}, ${userIdentities.subject}) = (asked.issuer, asked.subject)`,
    )
    .leftJoin(apiKeys, sql`${apiKeys.prefix} = asked.prefix`)
    .innerJoin(users, sql`${users.id} = coalesce(${sessions.userId}, ${userIdentities.userId}, ${apiKeys.userId})`)
    // An API key belongs to one organization; other anchors name one or none
    .leftJoin(organizations, sql`${organizations.id} = coalesce(asked.organization_id, ${apiKeys.organizationId})`)
    .leftJoin(
      userOrganizations,
      and(eq(userOrganizations.userId, users.id), eq(userOrganizations.organizationId, organizations.id)),
    );

export type MemberState = Omit<Awaited<ReturnType<typeof selectStates>>[number], 'position'>;

/** The anchors as rows; columns that their kind does not use are null. */
function asked(anchors: readonly Anchor[]): SQL {
  const column = (of: (anchor: Anchor) => string | undefined) => sql.param(anchors.map((anchor) => of(anchor) ?? null));
  const sessionIds = column((anchor) => (anchor.kind === 'session' ? anchor.sessionId : undefined));
  const issuers = column((anchor) => (anchor.kind === 'identity' ? anchor.issuer : undefined));
  const subjects = column((anchor) => (anchor.kind === 'identity' ? anchor.subject : undefined));
  const prefixes = column((anchor) => (anchor.kind === 'apiKey' ? anchor.prefix : undefined));
  const organizationIds = column((anchor) => (anchor.kind === 'apiKey' ? undefined : anchor.organizationId));
  return sql`unnest(${sessionIds}::uuid[], ${issuers}::text[], ${subjects}::text[], ${prefixes}::text[], ${organizationIds}::uuid[])
    with ordinality as asked(session_id, issuer, subject, prefix, organization_id, position)`;
}
