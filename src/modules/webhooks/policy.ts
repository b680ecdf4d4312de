import type { RowRule } from '../../access/row-rules.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';

export const readableWebhooks = ({ permissions }: Viewer): RowRule<'webhooks'> =>
  permissions.has('webhook:manage') ? 'all' : 'none';

/** Those that were tried: before, nobody has checked whether the owner may see their events. */
export const readableDeliveries = ({ permissions }: Viewer): RowRule<'webhookDeliveries'> =>
  permissions.has('webhook:manage') ? { attempts: { gt: 0 } } : 'none';

/**
 * Throws FORBIDDEN unless the viewer is a person with webhook:manage. A webhook sends what its owner may see, so an API
 * key could use one to read more than its scopes allow.
 */
export function requireWebhookOwner(viewer: Viewer): void {
  requirePermission(viewer, 'webhook:manage');
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot set up webhooks: sign in as a person');
}
