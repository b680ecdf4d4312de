import { sql } from 'drizzle-orm';
import { check, index, inet, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, lifetime, oneOf, primaryId, table, version } from '../lib/columns.ts';

const databaseKinds = ['PRIMARY', 'SHARED', 'DEDICATED'] as const;
const databaseStates = ['READY', 'FULL', 'DOWN', 'RETIRED'] as const;
const schemaStates = ['BUILDING', 'SPARE', 'ACTIVE', 'INCOMING', 'RETAINED', 'SCRATCH', 'DROPPING'] as const;
const movePhases = [
  'COPYING',
  'SWITCHING',
  'SWITCHED',
  'CONFIRMED',
  'ROLLING_BACK',
  'ROLLED_BACK',
  'CANCELLED',
] as const;
const actorKinds = ['USER', 'API_KEY', 'SYSTEM'] as const;
const outcomes = ['SUCCESS', 'FAILURE'] as const;
export const organizationStatuses = ['PROVISIONING', 'ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING'] as const;
export type OrganizationStatus = (typeof organizationStatuses)[number];

/** Where tenants live. A url is sealed before it comes here; the primary database has none, it is this one. */
export const databases = table(
  'databases',
  {
    id: primaryId(),
    name: text().notNull(),
    kind: text({ enum: databaseKinds }).notNull(),
    state: text({ enum: databaseStates }).notNull().default('READY'),
    sealedUrl: text(),
    sealedAdminUrl: text(),
    /** How many tenants it may hold; about 1000 per login role is the practical bound. */
    capacity: integer().notNull().default(1000),
    /** When it was last asked whether it answers, and what it said when it did not. */
    checkedAt: instant(),
    lastError: text(),
    ...lifetime,
  },
  (t) => [
    unique('databases_name_key').on(t.name),
    check('databases_kind', oneOf(t.kind, databaseKinds)),
    check('databases_state', oneOf(t.state, databaseStates)),
    check('databases_capacity', sql`${t.capacity} > 0`),
    check('databases_url', sql`(${t.kind} = 'PRIMARY') = (${t.sealedUrl} is null)`),
  ],
);

/** An organization. The slug may change; the schema and its role change only when another copy of the data takes their place. */
export const organizations = table(
  'organizations',
  {
    id: primaryId(),
    name: text().notNull(),
    slug: text().notNull(),
    description: text(),
    logoUrl: text(),
    website: text(),
    image: text(),
    status: text({ enum: organizationStatuses }).notNull().default('PROVISIONING'),
    schemaName: text().notNull(),
    roleName: text().notNull(),
    databaseId: uuid()
      .notNull()
      .references(() => databases.id),
    /** Optional modules that are switched on; core ones are always there and never listed. */
    modules: text().array().notNull().default(sql`'{}'`),
    timeZone: text().notNull(),
    locale: text().notNull(),
    currency: text().notNull(),
    /** While its data changes place: until this instant writes wait. One that has passed holds up nobody. */
    writesPausedUntil: instant(),
    /** When an organization that is being deleted will be gone; until then it can be taken back. */
    deleteAfter: instant(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    unique('organizations_slug_key').on(t.slug),
    unique('organizations_schema_name_key').on(t.schemaName),
    index('organizations_database_id_idx').on(t.databaseId),
    check('organizations_status', oneOf(t.status, organizationStatuses)),
    check('organizations_name', sql`length(btrim(${t.name})) between 1 and 200`),
    check('organizations_slug', sql`${t.slug} ~ '^[a-z0-9-]{3,50}$'`),
    check('organizations_schema_name', sql`${t.schemaName} ~ '^tenant_[a-z0-9]+$'`),
    check('organizations_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
  ],
);

/** Settings of one organization; keys and the types of their values are declared by the program. */
export const organizationSettings = table(
  'organization_settings',
  {
    organizationId: uuid()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    value: jsonb().notNull(),
    ...lifetime,
  },
  (t) => [primaryKey({ name: 'organization_settings_pkey', columns: [t.organizationId, t.key] })],
);

/** Settings of the whole installation. */
export const systemParameters = table('system_parameters', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  description: text(),
  ...lifetime,
});

/**
 * Every schema made for a tenant, in use or not: it is written here first, so that nothing made is ever lost. BUILDING until
 * it has all its tables, SPARE until it has an organization, ACTIVE while it is the one that is served; INCOMING while
 * a copy is written into it, RETAINED when another copy has taken its place, SCRATCH for a trial that nobody sees, DROPPING
 * when it is to go.
 */
export const tenantSchemas = table(
  'tenant_schemas',
  {
    /** Two copies of a tenant in two databases may have the same name. */
    schemaName: text().notNull(),
    databaseId: uuid()
      .notNull()
      .references(() => databases.id),
    roleName: text().notNull(),
    organizationId: uuid().references(() => organizations.id),
    state: text({ enum: schemaStates }).notNull().default('BUILDING'),
    /** For RETAINED, SCRATCH and DROPPING: not dropped before. */
    dropAfter: instant(),
    /** Set when a migration failed here: the tenant is not served until one succeeds. */
    quarantinedAt: instant(),
    quarantineReason: text(),
    ...lifetime,
  },
  (t) => [
    primaryKey({ name: 'tenant_schemas_pkey', columns: [t.databaseId, t.schemaName] }),
    uniqueIndex('tenant_schemas_active_key').on(t.organizationId).where(sql`${t.state} = 'ACTIVE'`),
    index('tenant_schemas_organization_id_idx').on(t.organizationId),
    index('tenant_schemas_state_idx').on(t.state, t.dropAfter),
    check('tenant_schemas_state', oneOf(t.state, schemaStates)),
    check('tenant_schemas_active', sql`${t.state} <> 'ACTIVE' or ${t.organizationId} is not null`),
    check('tenant_schemas_quarantine', sql`(${t.quarantinedAt} is null) = (${t.quarantineReason} is null)`),
  ],
);

/**
 * A tenant's way from one database to another. Written before anything happens, so that whatever interrupts it, what is
 * left to do or to undo is known. No foreign key to the organization, so that it outlives it.
 */
export const tenantMoves = table(
  'tenant_moves',
  {
    id: primaryId(),
    organizationId: uuid().notNull(),
    fromDatabaseId: uuid()
      .notNull()
      .references(() => databases.id),
    toDatabaseId: uuid()
      .notNull()
      .references(() => databases.id),
    fromSchemaName: text().notNull(),
    toSchemaName: text().notNull(),
    toRoleName: text().notNull(),
    phase: text({ enum: movePhases }).notNull().default('COPYING'),
    /** How far it is, for whoever resumes it. */
    progress: jsonb().notNull().default({}),
    lastError: text(),
    switchedAt: instant(),
    endedAt: instant(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('tenant_moves_open_key').on(t.organizationId).where(sql`${t.endedAt} is null`),
    index('tenant_moves_organization_id_idx').on(t.organizationId, t.createdAt),
    index('tenant_moves_from_database_id_idx').on(t.fromDatabaseId),
    index('tenant_moves_to_database_id_idx').on(t.toDatabaseId),
    check('tenant_moves_phase', oneOf(t.phase, movePhases)),
    check(
      'tenant_moves_ended',
      sql`(${t.endedAt} is null) = (${t.phase} not in ('CONFIRMED', 'ROLLED_BACK', 'CANCELLED'))`,
    ),
  ],
);

/** Who did what to which tenant, from where. Append-only; no foreign keys, so that it outlives what it tells of. */
export const auditLogs = table(
  'audit_logs',
  {
    id: primaryId(),
    at: instant().notNull().defaultNow(),
    organizationId: uuid(),
    actorKind: text({ enum: actorKinds }).notNull(),
    actorId: uuid(),
    /** Dotted, past tense: `organization.suspended`. */
    action: text().notNull(),
    resourceType: text(),
    resourceId: text(),
    outcome: text({ enum: outcomes }).notNull(),
    ipAddress: inet(),
    userAgent: text(),
    requestId: text(),
    metadata: jsonb().notNull().default({}),
  },
  (t) => [
    index('audit_logs_organization_id_at_idx').on(t.organizationId, t.at),
    index('audit_logs_actor_id_at_idx').on(t.actorId, t.at),
    check('audit_logs_actor_kind', oneOf(t.actorKind, actorKinds)),
    check('audit_logs_outcome', oneOf(t.outcome, outcomes)),
  ],
);
