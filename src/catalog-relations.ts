import { defineRelations } from 'drizzle-orm';
import * as tenancy from './tenancy/tables.ts';

const { databases, organizations, organizationSettings, systemParameters, tenantSchemas, auditLogs } = tenancy;

/** The relations of the catalog schema, for its own sessions only: a tenant's session never sees these tables. */
export const catalogRelations = defineRelations(
  { databases, organizations, organizationSettings, systemParameters, tenantSchemas, auditLogs },
  (r) => ({
    organizations: {
      database: r.one.databases({ from: r.organizations.databaseId, to: r.databases.id, optional: false }),
      schema: r.one.tenantSchemas({ from: r.organizations.id, to: r.tenantSchemas.organizationId }),
      settings: r.many.organizationSettings({ from: r.organizations.id, to: r.organizationSettings.organizationId }),
    },
  }),
);
