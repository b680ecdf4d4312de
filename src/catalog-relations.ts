import { defineRelations } from 'drizzle-orm';
import { clientVersionDocuments, clientVersions, trustedDocuments } from './graphql/documents/tables.ts';
import { tokenBuckets } from './graphql/rate-limit/tables.ts';
import {
  apiKeys,
  catalogAnswers,
  departures,
  joinCodes,
  organizationInvitations,
  passwordResets,
  pendingSignUps,
  permissions,
  sessions,
  signInAttempts,
  signInFailures,
  signingKeys,
  userIdentities,
  userOrganizations,
  users,
} from './identity/tables.ts';
import {
  auditLogs,
  databases,
  organizationSettings,
  organizations,
  servers,
  systemParameters,
  tenantMoves,
  tenantSchemas,
} from './tenancy/tables.ts';

const tables = {
  apiKeys,
  auditLogs,
  catalogAnswers,
  clientVersionDocuments,
  clientVersions,
  databases,
  departures,
  joinCodes,
  organizationInvitations,
  organizationSettings,
  organizations,
  passwordResets,
  pendingSignUps,
  permissions,
  servers,
  sessions,
  signInAttempts,
  signInFailures,
  signingKeys,
  systemParameters,
  tenantMoves,
  tenantSchemas,
  tokenBuckets,
  trustedDocuments,
  userIdentities,
  userOrganizations,
  users,
};

/** The relations of the catalog schema, for its own sessions only: a tenant's session never sees these tables. */
export const catalogRelations = defineRelations(tables, (r) => ({
  organizations: {
    database: r.one.databases({ from: r.organizations.databaseId, to: r.databases.id, optional: false }),
    schema: r.one.tenantSchemas({
      from: [r.organizations.databaseId, r.organizations.schemaName],
      to: [r.tenantSchemas.databaseId, r.tenantSchemas.schemaName],
    }),
    settings: r.many.organizationSettings(),
    memberships: r.many.userOrganizations(),
    permissions: r.many.permissions(),
    apiKeys: r.many.apiKeys(),
    joinCodes: r.many.joinCodes(),
    invitations: r.many.organizationInvitations(),
  },
  organizationSettings: {
    organization: r.one.organizations({
      from: r.organizationSettings.organizationId,
      to: r.organizations.id,
      optional: false,
    }),
  },
  users: {
    memberships: r.many.userOrganizations(),
    identities: r.many.userIdentities(),
    sessions: r.many.sessions(),
  },
  userOrganizations: {
    user: r.one.users({ from: r.userOrganizations.userId, to: r.users.id, optional: false }),
    organization: r.one.organizations({
      from: r.userOrganizations.organizationId,
      to: r.organizations.id,
      optional: false,
    }),
  },
  userIdentities: {
    user: r.one.users({ from: r.userIdentities.userId, to: r.users.id, optional: false }),
  },
  sessions: {
    user: r.one.users({ from: r.sessions.userId, to: r.users.id, optional: false }),
    organization: r.one.organizations({ from: r.sessions.organizationId, to: r.organizations.id }),
  },
  permissions: {
    organization: r.one.organizations({ from: r.permissions.organizationId, to: r.organizations.id, optional: false }),
  },
  apiKeys: {
    user: r.one.users({ from: r.apiKeys.userId, to: r.users.id, optional: false }),
    organization: r.one.organizations({ from: r.apiKeys.organizationId, to: r.organizations.id, optional: false }),
  },
  joinCodes: {
    organization: r.one.organizations({ from: r.joinCodes.organizationId, to: r.organizations.id, optional: false }),
  },
  organizationInvitations: {
    organization: r.one.organizations({
      from: r.organizationInvitations.organizationId,
      to: r.organizations.id,
      optional: false,
    }),
  },
}));

export type CatalogRelations = typeof catalogRelations;
