import type { CatalogTx } from '../tenancy/catalog.ts';
import {
  notifyMembershipChanged,
  notifyOrganizationChanged,
  notifySessionChanged,
  notifyUserChanged,
} from '../tenancy/invalidation.ts';
import type { Identity } from './identity.ts';

/*
 * Each tells the other processes by a notification and forgets here at the commit itself: the next request in this
 * process must not win a race against its own listener.
 */

export async function membershipChanged(
  { states }: Identity,
  tx: CatalogTx,
  membership: { organizationId: string; userId: string },
): Promise<void> {
  const { organizationId, userId } = membership;
  await notifyMembershipChanged(tx, organizationId, userId);
  tx.onCommit(() => states.drop({ organizationId, userId }));
}

/** The organization's overrides of the permission matrix, say. */
export async function organizationChanged({ states }: Identity, tx: CatalogTx, organizationId: string): Promise<void> {
  await notifyOrganizationChanged(tx, organizationId);
  tx.onCommit(() => states.drop({ organizationId }));
}

export async function sessionChanged({ states }: Identity, tx: CatalogTx, sessionId: string): Promise<void> {
  await notifySessionChanged(tx, sessionId);
  tx.onCommit(() => states.drop({ sessionId }));
}

/** The user was disabled or changed, or several of their sessions were. */
export async function userChanged({ states }: Identity, tx: CatalogTx, userId: string): Promise<void> {
  await notifyUserChanged(tx, userId);
  tx.onCommit(() => states.drop({ userId }));
}
