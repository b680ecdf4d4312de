import { isIP } from 'node:net';
import { uuidv7 } from '../lib/ids.ts';
import type { CatalogTx } from './catalog.ts';
import { auditLogs } from './tables.ts';

/** The actor: a user or key by id, or the program itself (a command, a job). */
export type AuditActor =
  | { kind: 'USER'; id: string }
  /** A key, and the user it acts for. */
  | { kind: 'API_KEY'; id: string; userId: string }
  | { kind: 'SYSTEM' };

/** Where a request came from. */
export interface AuditOrigin {
  /** An IP address, or a word for one that could not be read; undefined for a command. */
  ipAddress?: string | undefined;
  userAgent?: string | undefined;
  requestId?: string | undefined;
}

/** The actor and the origin of an action. */
export interface By extends AuditOrigin {
  actor: AuditActor;
}

export interface AuditEntry extends By {
  /** Dotted, past tense: `organization.suspended`. */
  action: string;
  organizationId?: string;
  resource?: { type: string; id: string };
  outcome?: 'SUCCESS' | 'FAILURE';
  /** Never contains secrets or a tenant's data. */
  metadata?: Record<string, unknown>;
}

/** Writes one row of the audit log, in the transaction of the action that it records. */
export async function recordAudit(tx: CatalogTx, entry: AuditEntry): Promise<void> {
  const { actor, resource, organizationId, action, outcome = 'SUCCESS', metadata = {}, ipAddress = '' } = entry;
  const hasAddress = isIP(ipAddress) !== 0;
  await tx.insert(auditLogs).values({
    id: uuidv7(),
    organizationId,
    actorKind: actor.kind,
    actorId: actor.kind === 'SYSTEM' ? null : actor.id,
    action,
    resourceType: resource?.type,
    resourceId: resource?.id,
    outcome,
    ipAddress: hasAddress ? ipAddress : undefined,
    userAgent: entry.userAgent,
    requestId: entry.requestId,
    metadata: {
      ...metadata,
      ...(actor.kind === 'API_KEY' && { userId: actor.userId }),
      ...(ipAddress && !hasAddress && { ipAddress }),
    },
  });
}
