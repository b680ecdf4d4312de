import type { Requirements } from '../../../access/requirements.ts';
import type { TableName } from '../../../access/row-rules.ts';
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

/** A type whose deleted rows go to the trash. */
export interface TrashType {
  table: TableName;
  /** The column that names a deleted row. */
  name: string;
  /** The permission without which nobody sees or restores its rows. */
  needs: Permission | undefined;
}

export interface Restoration {
  typename: string;
  id: string;
  /** Translates the error of an insertion that failed. */
  refused(error: unknown): unknown;
  /** Runs once the row is there again, before its parts are: checks it, changes it, and returns it. */
  restored(): Promise<Record<string, unknown>>;
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
  /** Keeps the rows of a type in the trash when they are deleted. */
  keepInTrash(typename: string, type: TrashType): void;
  /** Brings a row back from the trash, with its event. */
  restore(tx: TenantTx, viewer: Viewer, restoration: Restoration): Promise<void>;
}
