import { sql } from 'drizzle-orm';
import { check, index, inet, integer, jsonb, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { instant, lifetime, oneOf, primaryId, table, version } from '../lib/columns.ts';

const databaseKinds = ['PRIMARY', 'SHARED', 'DEDICATED'] as const;
const databaseStates = ['READY', 'FULL', 'DOWN', 'RETIRED'] as const;
const schemaStates = ['BUILDING', 'SPARE', 'ACTIVE', 'DROPPING'] as const;
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

/** A company. The slug may change; the schema and role names never do. */
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

/** Every schema made for a tenant, in use or not: provisioning writes it first, so that nothing it makes is ever lost. */
export const tenantSchemas = table(
  'tenant_schemas',
  {
    schemaName: text().primaryKey(),
    roleName: text().notNull(),
    databaseId: uuid()
      .notNull()
      .references(() => databases.id),
    organizationId: uuid().references(() => organizations.id),
    state: text({ enum: schemaStates }).notNull().default('BUILDING'),
    /** Set when a migration failed here: the tenant is not served until one succeeds. */
    quarantinedAt: instant(),
    quarantineReason: text(),
    ...lifetime,
  },
  (t) => [
    unique('tenant_schemas_organization_id_key').on(t.organizationId),
    index('tenant_schemas_database_id_idx').on(t.databaseId),
    check('tenant_schemas_state', oneOf(t.state, schemaStates)),
    check('tenant_schemas_active', sql`${t.state} <> 'ACTIVE' or ${t.organizationId} is not null`),
    check('tenant_schemas_quarantine', sql`(${t.quarantinedAt} is null) = (${t.quarantineReason} is null)`),
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
