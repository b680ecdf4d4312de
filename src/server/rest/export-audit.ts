import type { GraphRequest } from '../../graphql/context.ts';
import { sha256Of } from '../../graphql/documents/document-id.ts';
import { actorOf } from '../../identity/viewer.ts';
import type { Logger } from '../../lib/logger.ts';
import { recordAudit } from '../../tenancy/audit.ts';

interface Exported {
  format: string;
  limit: number | undefined;
  document: string;
}

/** Records how the export ended. It never fails. */
export type RecordEnd = (end: { rows: number; isComplete: boolean }) => Promise<void>;

/** Records in the audit log that an export begins. */
export async function recordExport(
  { services, viewer, tenant, address, userAgent, requestId }: GraphRequest,
  { document, ...options }: Exported,
  logger: Logger,
): Promise<RecordEnd> {
  const record = (action: string, outcome: 'SUCCESS' | 'FAILURE', more: object) =>
    services.identity.catalog.write((tx) =>
      recordAudit(tx, {
        action,
        outcome,
        actor: actorOf(viewer!),
        organizationId: tenant!.id,
        ipAddress: address,
        userAgent,
        requestId,
        metadata: { ...options, document: sha256Of(document), ...more },
      }),
    );
  await record('export.started', 'SUCCESS', {});
  return ({ rows, isComplete }) =>
    record('export.ended', isComplete ? 'SUCCESS' : 'FAILURE', { rows }).then(
      () => {},
      (error: unknown) => logger.error({ err: error, requestId }, 'the end of an export is not in the audit log'),
    );
}
