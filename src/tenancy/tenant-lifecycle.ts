import type { AuditActor, By } from './audit.ts';
import type { CatalogTx } from './catalog.ts';
import type { NewOrganization } from './organization-input.ts';
import type { tenantMoves } from './tables.ts';
import type { Tenant } from './tenant.ts';
import type { Organization } from './update-organization.ts';

export interface ProvisionOptions {
  actor?: AuditActor;
  /**
   * Writes the first rows into the finished schema, before the tenant is served (TenantBinding.prepare). Must be
   * idempotent: it may run again for the same organization after an interruption.
   */
  prepare?: (tenant: Tenant) => Promise<void>;
  /** Runs in the catalog transaction that makes the organization ACTIVE: inserts the first membership, for example. */
  activate?: (tx: CatalogTx, tenant: Tenant) => Promise<void>;
}

export type MovePhase = (typeof tenantMoves.$inferSelect)['phase'];

/** A move as shown to people. */
export interface MoveSummary {
  phase: MovePhase;
  /** Names of databases. */
  from: string;
  to: string;
  startedAt: Date;
  switchedAt: Date | null;
  endedAt: Date | null;
  /** For how long writes were paused, in milliseconds; null before the switch. */
  pausedMs: number | null;
  /** Why the last attempt failed; null if it did not fail. */
  lastError: string | null;
}

/** Ways to end a move: drop the old copy, return to it with all changes, or undo an incomplete move. */
export type MoveEnd = 'CONFIRM' | 'ROLL_BACK' | 'CANCEL';

/**
 * Changes of a tenant's place and status that members can start. The operators' layer (`fleet/`) implements it and
 * `app.ts` supplies it, so that no layer that serves requests imports operators' code. Callers check permissions first.
 */
export interface TenantLifecycle {
  /** Makes an organization with a schema of its own. Throws BAD_INPUT, ALREADY_EXISTS for a taken slug. */
  create(organization: NewOrganization, options?: ProvisionOptions): Promise<Tenant>;
  /** Ends access at once; the data is dropped after the grace period. Throws INVALID_STATE during a move. */
  delete(organizationId: string, by: By): Promise<Organization>;
  /** Makes the module's tables, then switches it on. Throws BAD_INPUT for an unknown module, MIGRATION_FAILED. */
  enableModule(organizationId: string, module: string, by: By): Promise<Organization>;
  /** Switches the module off; its data stays. Throws BAD_INPUT for an unknown module. */
  disableModule(organizationId: string, module: string, by: By): Promise<Organization>;
  /** Moves to a dedicated database, which is prepared first. Does nothing when the organization is there already. */
  moveToDatabase(organizationId: string, databaseUrl: string, by: By): Promise<void>;
  /** Moves back to the primary database. */
  moveToPrimary(organizationId: string, by: By): Promise<void>;
  /** The organization's newest move, ended or not; undefined when it was never moved. */
  lastMove(organizationId: string): Promise<MoveSummary | undefined>;
  /** Ends the organization's open move. Throws INVALID_STATE when the move does not allow it. */
  endMove(organizationId: string, how: MoveEnd, by: By): Promise<void>;
}
