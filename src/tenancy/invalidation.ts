import { sql } from 'drizzle-orm';
import type { CatalogTx } from './catalog.ts';
import { type Invalidations, type InvalidationTopic, invalidationChannel } from './invalidation-bus.ts';

export const notifyOrganizationChanged = (tx: CatalogTx, organizationId: string): Promise<void> =>
  notify(tx, 'organization.changed', { organizationId });

export const notifyMembershipChanged = (tx: CatalogTx, organizationId: string, userId: string): Promise<void> =>
  notify(tx, 'membership.changed', { organizationId, userId });

export const notifyDatabaseChanged = (tx: CatalogTx, databaseId: string): Promise<void> =>
  notify(tx, 'database.changed', { databaseId });

export const notifySessionChanged = (tx: CatalogTx, sessionId: string): Promise<void> =>
  notify(tx, 'session.changed', { sessionId });

export const notifyUserChanged = (tx: CatalogTx, userId: string): Promise<void> =>
  notify(tx, 'user.changed', { userId });

export const notifyDocumentsChanged = (tx: CatalogTx, organizationId: string | null): Promise<void> =>
  notify(tx, 'documents.changed', { organizationId });

/** Other processes are notified only when the transaction commits; this one before the commit is acknowledged. */
async function notify<Topic extends InvalidationTopic>(tx: CatalogTx, topic: Topic, payload: Invalidations[Topic]) {
  tx.onCommit(() => tx.bus.emit(topic, payload));
  await tx.execute(sql`select pg_notify(${invalidationChannel}, ${JSON.stringify({ topic, ...payload })})`);
}
