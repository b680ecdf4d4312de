import type { AuditActor } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { setStatus } from '../../tenancy/set-status.ts';
import type { Organization } from '../../tenancy/update-organization.ts';

/**
 * Stops serving an organization: requests fail with TENANT_INACTIVE, at once here and within 2 seconds on other
 * servers.
 */
export const suspendOrganization = (tx: CatalogTx, id: string, actor: AuditActor): Promise<Organization> =>
  setStatus(tx, id, { actor }, { from: ['ACTIVE'], to: 'SUSPENDED', action: 'organization.suspended' });

/** Serves a suspended organization again. */
export const resumeOrganization = (tx: CatalogTx, id: string, actor: AuditActor): Promise<Organization> =>
  setStatus(tx, id, { actor }, { from: ['SUSPENDED'], to: 'ACTIVE', action: 'organization.resumed' });
