import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { organizations } from '../tenancy/tables.ts';
import { joinCodeRoles, roles } from './roles.ts';

/** Milliseconds, as JavaScript dates have them: microseconds would break cursors and comparisons. */
const time = (name: string) => timestamp(name, { precision: 3, withTimezone: true });
const list = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '));
const oneOf = (column: AnyPgColumn, values: readonly string[]) => sql`${column} in (${list(values)})`;

const createdAt = () => time('created_at').notNull();
const ofUser = (name = 'user_id') => uuid(name).references(() => users.id, { onDelete: 'cascade' });
const ofOrganization = () => uuid('organization_id').references(() => organizations.id, { onDelete: 'cascade' });

/** People who may sign in. One user can belong to many organizations. */
export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    avatarUrl: text('avatar_url'),
    phone: text(),
    locale: text(),
    /** Null for who signs in by an external issuer only. */
    passwordHash: text('password_hash'),
    disabledAt: time('disabled_at'),
    createdAt: createdAt(),
    updatedAt: time('updated_at').notNull(),
  },
  (t) => [uniqueIndex('users_email_key').on(sql`lower(${t.email})`)],
);

/** Memberships. The profile lives in the tenant's schema, maybe in another database: its id is a plain value. */
export const userOrganizations = pgTable(
  'user_organizations',
  {
    id: uuid().primaryKey(),
    userId: ofUser().notNull(),
    organizationId: ofOrganization().notNull(),
    profileId: uuid('profile_id').notNull(),
    role: text({ enum: roles }).notNull(),
    createdAt: createdAt(),
    updatedAt: time('updated_at').notNull(),
  },
  (t) => [
    unique('user_organizations_user_id_organization_id_key').on(t.userId, t.organizationId),
    index('user_organizations_organization_id_idx').on(t.organizationId, t.role),
    check('user_organizations_role_check', oneOf(t.role, roles)),
  ],
);

/** Who a subject of an external OIDC issuer is here. */
export const userIdentities = pgTable(
  'user_identities',
  {
    id: uuid().primaryKey(),
    userId: ofUser().notNull(),
    issuer: text().notNull(),
    subject: text().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    unique('user_identities_issuer_subject_key').on(t.issuer, t.subject),
    index('user_identities_user_id_idx').on(t.userId),
  ],
);

export const revocationReasons = [
  'SIGNED_OUT',
  'REUSED',
  'PASSWORD_CHANGED',
  'PASSWORD_RESET',
  'USER_DISABLED',
  'ADMINISTRATION',
] as const;

/**
 * Sign-ins, each a family of refresh tokens. The family's key is sealed; token n is its MAC over n, so every token ever
 * given out is recognised, though only the number of the current one is kept.
 */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: ofUser().notNull(),
    /** The organization that access tokens name unless a refresh asks for another one. */
    organizationId: uuid('organization_id').references(() => organizations.id, { onDelete: 'set null' }),
    refreshKey: text('refresh_key').notNull(),
    /** The number of the one refresh token that works. */
    generation: integer().notNull(),
    /** When the latest tokens were replaced, newest first: tells a race from a reuse. */
    rotations: time('rotations').array().notNull(),
    deviceName: text('device_name'),
    ipAddress: text('ip_address'),
    createdAt: createdAt(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
    revokedReason: text('revoked_reason', { enum: revocationReasons }),
  },
  (t) => [
    index('sessions_user_id_idx').on(t.userId),
    index('sessions_expires_at_idx').on(t.expiresAt),
    check('sessions_revoked_check', sql`(${t.revokedAt} is null) = (${t.revokedReason} is null)`),
    check('sessions_revoked_reason_check', oneOf(t.revokedReason, revocationReasons)),
  ],
);

/** Integrators' keys. A key acts for the member who made it, with at most the scopes listed here. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid().primaryKey(),
    organizationId: ofOrganization().notNull(),
    userId: ofUser().notNull(),
    name: text().notNull(),
    /** The public part, shown in lists and found in logs. */
    prefix: text().notNull(),
    /** SHA-256: the secret has 256 random bits, so it needs no slow hash. */
    secretHash: text('secret_hash').notNull(),
    scopes: text().array().notNull(),
    persistedOnly: boolean('persisted_only').notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at'),
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (t) => [
    unique('api_keys_prefix_key').on(t.prefix),
    index('api_keys_organization_id_idx').on(t.organizationId),
    index('api_keys_user_id_idx').on(t.userId),
  ],
);

/** Codes that let anybody who knows one join an organization. */
export const joinCodes = pgTable(
  'join_codes',
  {
    id: uuid().primaryKey(),
    organizationId: ofOrganization().notNull(),
    code: text().notNull(),
    role: text({ enum: joinCodeRoles }).notNull(),
    /** Null: as often as wanted. */
    maxUses: integer('max_uses'),
    uses: integer().notNull(),
    createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
  },
  (t) => [
    unique('join_codes_code_key').on(t.code),
    index('join_codes_organization_id_idx').on(t.organizationId),
    check('join_codes_role_check', oneOf(t.role, joinCodeRoles)),
    check('join_codes_max_uses_check', sql`${t.maxUses} > 0`),
    check('join_codes_uses_check', sql`${t.uses} >= 0 and (${t.maxUses} is null or ${t.uses} <= ${t.maxUses})`),
  ],
);

/** Invitations by e-mail, each accepted once by the holder of that address. */
export const organizationInvitations = pgTable(
  'organization_invitations',
  {
    id: uuid().primaryKey(),
    organizationId: ofOrganization().notNull(),
    email: text().notNull(),
    role: text({ enum: roles }).notNull(),
    tokenHash: text('token_hash').notNull(),
    invitedBy: uuid('invited_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
    acceptedAt: time('accepted_at'),
    acceptedBy: uuid('accepted_by').references(() => users.id, { onDelete: 'set null' }),
    revokedAt: time('revoked_at'),
  },
  (t) => [
    unique('organization_invitations_token_hash_key').on(t.tokenHash),
    uniqueIndex('organization_invitations_open_key')
      .on(t.organizationId, sql`lower(${t.email})`)
      .where(sql`accepted_at is null and revoked_at is null`),
    check('organization_invitations_role_check', oneOf(t.role, roles)),
  ],
);

/** What an organization changed in the permission matrix. */
export const permissions = pgTable(
  'permissions',
  {
    id: uuid().primaryKey(),
    organizationId: ofOrganization().notNull(),
    role: text({ enum: roles }).notNull(),
    permission: text().notNull(),
    granted: boolean().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    unique('permissions_organization_id_role_permission_key').on(t.organizationId, t.role, t.permission),
    check('permissions_role_check', oneOf(t.role, roles)),
  ],
);

/** Keys that sign access tokens: published, then used, then kept until the last token they signed has expired. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    /** The `kid` of tokens and of the JWKS. */
    id: uuid().primaryKey(),
    publicJwk: jsonb('public_jwk').$type<{ kty: string; crv: string; x: string }>().notNull(),
    privateKey: text('private_key').notNull(),
    createdAt: createdAt(),
    signsFrom: time('signs_from').notNull(),
    signsUntil: time('signs_until').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (t) => [
    index('signing_keys_expires_at_idx').on(t.expiresAt),
    check(
      'signing_keys_order_check',
      sql`${t.createdAt} <= ${t.signsFrom} and ${t.signsFrom} < ${t.signsUntil} and ${t.signsUntil} <= ${t.expiresAt}`,
    ),
  ],
);

/** Operations that clients registered in advance, by client and hash of the text. */
export const trustedDocuments = pgTable(
  'trusted_documents',
  {
    id: uuid().primaryKey(),
    client: text().notNull(),
    hash: text().notNull(),
    document: text().notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique('trusted_documents_client_hash_key').on(t.client, t.hash)],
);

export const passwordResets = pgTable(
  'password_resets',
  {
    id: uuid().primaryKey(),
    userId: ofUser().notNull(),
    tokenHash: text('token_hash').notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
  },
  (t) => [unique('password_resets_token_hash_key').on(t.tokenHash), index('password_resets_user_id_idx').on(t.userId)],
);

/** Rate limits of sign-in, sign-up and password resets, shared by all processes: one bucket per account or address. */
export const signInAttempts = pgTable(
  'sign_in_attempts',
  {
    key: text().primaryKey(),
    /** When the bucket will be full again. */
    fullAt: time('full_at').notNull(),
  },
  (t) => [index('sign_in_attempts_full_at_idx').on(t.fullAt)],
);
