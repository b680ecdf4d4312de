import type { Requirements } from '../../../access/requirements.ts';
import type { BoundStatement } from '../../../db/pipelined-statements.ts';
import type { Permission } from '../../../identity/permissions.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';

interface ChangeEvent {
  action: string;
  resourceType: string;
  resourceId: string;
  metadata?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

interface Change {
  require?: Requirements | undefined;
  write: BoundStatement;
  event: ChangeEvent;
}

/** The part of the event log that resources use. The log itself is a module, which this layer must not import. */
export interface ChangeLog {
  /** Makes the change and records its event. Pipelined: does not wait for the database's answer. */
  change(tx: TenantTx, viewer: Viewer, change: Change): Promise<void>;
  /**
   * Runs before a locked row is deleted, while rows that refer to it can still be read. An error forbids the deletion.
   */
  prepareDeletion(tx: TenantTx, viewer: Viewer, event: ChangeEvent): Promise<void>;
  /** Shows a column in events only to viewers with the permission. */
  keepConfidential(resourceType: string, column: string, permission: Permission): void;
}
