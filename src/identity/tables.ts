import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, lifetime, oneOf, primaryId, table } from '../lib/columns.ts';
import { organizations } from '../tenancy/tables.ts';
import { joinCodeRoles, roles } from './roles.ts';

const createdAt = () => instant().notNull().defaultNow();
const ofUser = () => uuid().references(() => users.id, { onDelete: 'cascade' });
const byUser = () => uuid().references(() => users.id, { onDelete: 'set null' });
const ofOrganization = () => uuid().references(() => organizations.id, { onDelete: 'cascade' });

/** People who may sign in. One user can belong to many organizations. */
export const users = table(
  'users',
  {
    id: primaryId(),
    email: text().notNull(),
    /** When the user proved the address; until then they get no tokens and cannot claim a profile. */
    emailVerifiedAt: instant(),
    firstName: text().notNull(),
    lastName: text().notNull(),
    avatarUrl: text(),
    phone: text(),
    locale: text(),
    /** Null for users who sign in only through an external issuer. */
    passwordHash: text(),
    disabledAt: instant(),
    ...lifetime,
  },
  (t) => [uniqueIndex('users_email_key').on(sql`lower(${t.email})`)],
);

/** Memberships. The profile is in the tenant's schema, possibly in another database, so its id is not a foreign key. */
export const userOrganizations = table(
  'user_organizations',
  {
    id: primaryId(),
    userId: ofUser().notNull(),
    organizationId: ofOrganization().notNull(),
    profileId: uuid().notNull(),
    role: text({ enum: roles }).notNull(),
    ...lifetime,
  },
  (t) => [
    unique('user_organizations_user_id_organization_id_key').on(t.userId, t.organizationId),
    index('user_organizations_organization_id_idx').on(t.organizationId, t.role),
    check('user_organizations_role_check', oneOf(t.role, roles)),
  ],
);

/**
 * Profiles to mark as departed, unless a membership follows before `dueAt`. A row is written when somebody leaves, and
 * before somebody joins, so that no failure between the two databases leaves an active profile without a membership.
 */
export const departures = table(
  'departures',
  {
    organizationId: ofOrganization().notNull(),
    userId: uuid().notNull(),
    dueAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ name: 'departures_pkey', columns: [t.organizationId, t.userId] }),
    index('departures_due_at_idx').on(t.dueAt),
  ],
);

/** The users of subjects of external OIDC issuers. */
export const userIdentities = table(
  'user_identities',
  {
    id: primaryId(),
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
 * Sign-in sessions. Each has a sealed key; refresh token n is a MAC over the session and n with that key. So every
 * token ever issued can be verified, although only the number of the current one is stored.
 */
export const sessions = table(
  'sessions',
  {
    id: primaryId(),
    userId: ofUser().notNull(),
    /** The organization that access tokens name unless a refresh asks for another one. */
    organizationId: uuid().references(() => organizations.id, { onDelete: 'set null' }),
    refreshKey: text().notNull(),
    /** The number of the one refresh token that works. */
    generation: integer().notNull(),
    /** When the latest tokens were replaced, newest first: distinguishes a race from a reuse. */
    rotations: instant().array().notNull(),
    deviceName: text(),
    ipAddress: text(),
    createdAt: createdAt(),
    lastUsedAt: instant().notNull(),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    revokedReason: text({ enum: revocationReasons }),
  },
  (t) => [
    index('sessions_user_id_idx').on(t.userId),
    index('sessions_expires_at_idx').on(t.expiresAt),
    check('sessions_revoked_check', sql`(${t.revokedAt} is null) = (${t.revokedReason} is null)`),
    check('sessions_revoked_reason_check', oneOf(t.revokedReason, revocationReasons)),
  ],
);

/** API keys. A key acts for one member, with at most the scopes listed here. */
export const apiKeys = table(
  'api_keys',
  {
    id: primaryId(),
    organizationId: ofOrganization().notNull(),
    userId: ofUser().notNull(),
    name: text().notNull(),
    /** The public part, shown in lists and found in logs. */
    prefix: text().notNull(),
    /** SHA-256: the secret has 256 random bits, so it needs no slow hash. */
    secretHash: text().notNull(),
    /** The secret before the last rotation, and until when it is accepted. */
    previousSecretHash: text(),
    previousSecretUntil: instant(),
    scopes: text().array().notNull(),
    persistedOnly: boolean().notNull(),
    /** Its own limit: how many points it may spend at once, and how many it gets back a second. */
    points: integer(),
    restoreRate: integer(),
    createdAt: createdAt(),
    expiresAt: instant(),
    lastUsedAt: instant(),
    /** The network address of that use. */
    lastUsedFrom: text(),
    revokedAt: instant(),
  },
  (t) => [
    unique('api_keys_prefix_key').on(t.prefix),
    index('api_keys_organization_id_idx').on(t.organizationId),
    index('api_keys_user_id_idx').on(t.userId),
    check(
      'api_keys_previous_secret_check',
      sql`(${t.previousSecretHash} is null) = (${t.previousSecretUntil} is null)`,
    ),
    check('api_keys_limit_check', sql`(${t.points} is null) = (${t.restoreRate} is null)`),
    check('api_keys_points_check', sql`${t.points} > 0 and ${t.restoreRate} > 0`),
  ],
);

/** Codes that let anybody who knows one join an organization. */
export const joinCodes = table(
  'join_codes',
  {
    id: primaryId(),
    organizationId: ofOrganization().notNull(),
    code: text().notNull(),
    role: text({ enum: joinCodeRoles }).notNull(),
    /** Null: unlimited. */
    maxUses: integer(),
    uses: integer().notNull(),
    createdBy: byUser(),
    createdAt: createdAt(),
    expiresAt: instant(),
    revokedAt: instant(),
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
export const organizationInvitations = table(
  'organization_invitations',
  {
    id: primaryId(),
    organizationId: ofOrganization().notNull(),
    email: text().notNull(),
    role: text({ enum: roles }).notNull(),
    tokenHash: text().notNull(),
    invitedBy: byUser(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    acceptedBy: byUser(),
    revokedAt: instant(),
  },
  (t) => [
    unique('organization_invitations_token_hash_key').on(t.tokenHash),
    uniqueIndex('organization_invitations_open_key')
      .on(t.organizationId, sql`lower(${t.email})`)
      .where(sql`accepted_at is null and revoked_at is null`),
    check('organization_invitations_role_check', oneOf(t.role, roles)),
  ],
);

/** An organization's changes of the permission matrix. */
export const permissions = table(
  'permissions',
  {
    id: primaryId(),
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

/**
 * Keys that sign access tokens: published first, then used, then kept until the last token that they signed has
 * expired.
 */
export const signingKeys = table(
  'signing_keys',
  {
    /** The `kid` of tokens and of the JWKS. */
    id: primaryId(),
    publicJwk: jsonb().$type<{ kty: string; crv: string; x: string }>().notNull(),
    privateKey: text().notNull(),
    createdAt: createdAt(),
    signsFrom: instant().notNull(),
    signsUntil: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    index('signing_keys_expires_at_idx').on(t.expiresAt),
    check(
      'signing_keys_order_check',
      sql`${t.createdAt} <= ${t.signsFrom} and ${t.signsFrom} < ${t.signsUntil} and ${t.signsUntil} <= ${t.expiresAt}`,
    ),
  ],
);

export const passwordResets = table(
  'password_resets',
  {
    id: primaryId(),
    userId: ofUser().notNull(),
    tokenHash: text().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (t) => [unique('password_resets_token_hash_key').on(t.tokenHash), index('password_resets_user_id_idx').on(t.userId)],
);

/** The organization to create or to join when the address of a sign-up is proven. */
export type SignUpEntry =
  | { joinCode: string }
  | {
      organization: {
        name: string;
        slug?: string | undefined;
        timeZone?: string | undefined;
        locale?: string | undefined;
        currency?: string | undefined;
      };
    };

/** Sign-ups whose address is not proven yet. They become users through the mailed link, or expire. */
export const pendingSignUps = table(
  'pending_sign_ups',
  {
    id: primaryId(),
    email: text().notNull(),
    firstName: text().notNull(),
    lastName: text().notNull(),
    locale: text(),
    passwordHash: text().notNull(),
    /** The organization to create, or the code of the one to join. */
    entry: jsonb().$type<SignUpEntry>().notNull(),
    tokenHash: text().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (t) => [
    unique('pending_sign_ups_token_hash_key').on(t.tokenHash),
    index('pending_sign_ups_expires_at_idx').on(t.expiresAt),
  ],
);

/** Rate limits of sign-in, sign-up and password resets, shared by all processes: one bucket per account or address. */
export const signInAttempts = table(
  'sign_in_attempts',
  {
    key: text().primaryKey(),
    /** When the bucket will be full again. */
    fullAt: instant().notNull(),
  },
  (t) => [index('sign_in_attempts_full_at_idx').on(t.fullAt)],
);

/**
 * Failed sign-ins by account and network address, both hashed: each failure doubles the delay of the next attempt.
 * Deleted by a success, by a new password of the account, and after `forgottenAt`.
 */
export const signInFailures = table(
  'sign_in_failures',
  {
    account: text().notNull(),
    address: text().notNull(),
    failures: integer().notNull(),
    retryAt: instant().notNull(),
    forgottenAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ name: 'sign_in_failures_pkey', columns: [t.account, t.address] }),
    index('sign_in_failures_forgotten_at_idx').on(t.forgottenAt),
  ],
);

/**
 * Stored answers of catalog mutations with an Idempotency-Key. Those of tenant mutations are in the tenant's schema.
 */
export const catalogAnswers = table(
  'catalog_answers',
  {
    /** Hash of the caller, the key and the root field. */
    id: text().primaryKey(),
    requestHash: text().notNull(),
    /**
     * Sealed, since answers may contain secrets. Null while the request runs; stays null if the server crashes
     * meanwhile.
     */
    answer: text(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
  },
  (t) => [index('catalog_answers_expires_at_idx').on(t.expiresAt)],
);
