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

/** The databases of tenants. URLs are stored sealed; the primary database has none, because it holds this table. */
export const databases = table(
  'databases',
  {
    id: primaryId(),
    name: text().notNull(),
    kind: text({ enum: databaseKinds }).notNull(),
    state: text({ enum: databaseStates }).notNull().default('READY'),
    sealedUrl: text(),
    sealedAdminUrl: text(),
    /** Most tenants it may hold; about 1000 per login role is the practical limit. */
    capacity: integer().notNull().default(1000),
    /** When it was last checked, and its error if it did not answer. */
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

/**
 * An organization. The slug may change; the schema and its role change only when another copy of the data replaces
 * them.
 */
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
    /** Optional modules that are switched on. Core modules are always on and never listed. */
    modules: text().array().notNull().default(sql`'{}'`),
    timeZone: text().notNull(),
    locale: text().notNull(),
    currency: text().notNull(),
    /** Until this instant writes wait, because the data is being moved. An instant in the past has no effect. */
    writesPausedUntil: instant(),
    /** When an organization that is being deleted will be dropped; until then it can be restored. */
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

/** Settings of one organization; the program declares the keys and the types of their values. */
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
 * Every schema created for a tenant, in use or not. The row is written before the schema is created, so that none is
 * lost. BUILDING: not all tables exist yet. SPARE: complete, without an organization. ACTIVE: the one that is served.
 * INCOMING: a copy is being written into it. RETAINED: another copy has replaced it. SCRATCH: a trial that nobody sees.
 * DROPPING: to be dropped.
 */
export const tenantSchemas = table(
  'tenant_schemas',
  {
    /** Not unique alone: two copies of a tenant in two databases may have the same name. */
    schemaName: text().notNull(),
    databaseId: uuid()
      .notNull()
      .references(() => databases.id),
    roleName: text().notNull(),
    organizationId: uuid().references(() => organizations.id),
    state: text({ enum: schemaStates }).notNull().default('BUILDING'),
    /** For RETAINED, SCRATCH and DROPPING: the earliest time to drop it. */
    dropAfter: instant(),
    /** Set when a migration failed here: the tenant is not served until a migration succeeds. */
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
 * A move of a tenant from one database to another. Each step is recorded before it happens, so that an interrupted move
 * can be resumed or undone. No foreign key to the organization, so that the row outlives it.
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
    /** The state that is needed to resume the move. */
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

/** The servers that run: each writes its row at its start, renews it while it lives, and deletes it when it ends. */
export const servers = table('servers', {
  id: primaryId(),
  /** Of the program. */
  version: text().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  /** The contractions that its build knows, and so can serve without: `line/name`. */
  contractions: text().array().notNull().default(sql`'{}'`),
  seenAt: instant().notNull().defaultNow(),
  ...lifetime,
});

/**
 * Who did what to which tenant, and from where. Append-only; no foreign keys, so that rows outlive what they record.
 */
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
