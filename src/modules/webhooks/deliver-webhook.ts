import { eq } from 'drizzle-orm';
import { guardDb } from '../../access/guarded-db.ts';
import { findMemberViewer } from '../../identity/find-member-viewer.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { JobKind, JobWork } from '../../jobs/job-kind.ts';
import type { Clock } from '../../lib/clock.ts';
import type { NetworkGuard } from '../../lib/network-guard.ts';
import { type Network, postOnce } from '../../lib/post-once.ts';
import type { Seal } from '../../lib/seal.ts';
import { secretContext, signatureOf } from '../../lib/webhook-secret.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { messageBody, messageIdOf, testBody } from './delivery-message.ts';
import { type Attempt, dropDelivery, recordAttempt, stopUnowned } from './record-attempt.ts';
import { webhookDeliveries, webhookStates, webhooks } from './tables.ts';

export const deliverJob = 'webhook.deliver';
export const testAction = 'webhook.test';

export interface DeliverOptions {
  binding: TenantBinding;
  catalog: Catalog;
  seal: Seal;
  clock: Clock;
  network: Network;
  guard: NetworkGuard;
  timeoutMs?: number;
  random?: () => number;
}

/** Of an attempt, from the resolution of the name to the answer. */
export const defaultTimeoutMs = 15_000;

/**
 * Sends an event to a webhook, if its owner may see the event now. At least once: if the process dies after the
 * receiver answered, the message is sent again, under the same id.
 */
export const deliverWebhooks = (options: DeliverOptions): JobKind => ({
  name: deliverJob,
  async run(work) {
    const { binding, catalog, clock } = options;
    const { tenant, payload, signal } = work;
    const { deliveryId } = payload as { deliveryId: string };
    const bound = { roleClass: 'job', signal } as const;
    const found = await binding.read(tenant, (db) => findPending(db, deliveryId), bound);
    if (!found) return undefined;
    const { delivery, webhook, state } = found;
    const record = (attempt: Attempt) =>
      binding.write(tenant, (tx) => recordAttempt(tx, deliveryId, attempt, { now: clock(), random: options.random }), {
        roleClass: 'job',
      });
    if (webhook.status !== 'ACTIVE') return await record({ stopped: true });
    const rest = (state.restsUntil?.getTime() ?? 0) - clock().getTime();
    if (rest > 0) return { againInMs: rest };
    const owner = (await findMemberViewer(catalog, tenant.id, webhook.ownerId))?.viewer;
    if (!owner?.permissions.has('webhook:manage')) {
      await binding.write(tenant, (tx) => stopUnowned(tx, webhook.id), { roleClass: 'job' });
      return await record({ stopped: true });
    }
    const body = await bodyOf(options, work, found, owner);
    if (body === undefined) {
      await binding.write(tenant, (tx) => dropDelivery(tx, deliveryId), { roleClass: 'job' });
      return undefined;
    }
    return await record(await attempt(options, { body, id: messageIdOf(delivery), webhook, state, signal }));
  },
});

type Found = NonNullable<Awaited<ReturnType<typeof findPending>>>;

async function findPending(db: TenantDb, id: string) {
  const [found] = await db
    .select({ delivery: webhookDeliveries, webhook: webhooks, state: webhookStates })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .innerJoin(webhookStates, eq(webhookStates.webhookId, webhooks.id))
    .where(eq(webhookDeliveries.id, id));
  return found?.delivery.status === 'PENDING' ? found : undefined;
}

/** Undefined if the owner may not see the event now, or the log does not have it any more. */
async function bodyOf(
  { binding }: DeliverOptions,
  { tenant, signal }: JobWork,
  { delivery, webhook }: Found,
  owner: Viewer,
): Promise<string | undefined> {
  if (delivery.action === testAction) return testBody(delivery.createdAt);
  const columns = {
    ...({ id: true, action: true, resourceType: true, resourceId: true, createdAt: true } as const),
    ...({ before: true, after: true } as const),
  };
  const event = await binding.read(
    tenant,
    (db) => guardDb(db, owner).query.events.findFirst({ columns, where: { id: delivery.eventId } }),
    { roleClass: 'job', signal },
  );
  return event && messageBody(event, webhook.includeChanges ? owner : undefined);
}

interface Message {
  id: string;
  body: string;
  webhook: Found['webhook'];
  state: Found['state'];
  signal: AbortSignal;
}

/** Throws only if the process stops. */
async function attempt(
  { seal, clock, network, guard, timeoutMs = defaultTimeoutMs }: DeliverOptions,
  { id, body, webhook, state, signal }: Message,
): Promise<Attempt> {
  try {
    const now = clock();
    const timestamp = Math.floor(now.getTime() / 1_000);
    const { sealedSecret, sealedPreviousSecret, previousUntil } = state;
    const isOverlap = sealedPreviousSecret !== null && previousUntil !== null && previousUntil > now;
    const sealed = isOverlap ? [sealedSecret, sealedPreviousSecret] : [sealedSecret];
    const secrets = sealed.map((each) => seal.open(each, secretContext(webhook.id)));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Chantier-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': `${timestamp}`,
      'webhook-signature': signatureOf(secrets, { id, timestamp, body }),
    };
    return { answerStatus: await postOnce({ url: webhook.url, headers, body }, { network, guard, timeoutMs, signal }) };
  } catch (error) {
    signal.throwIfAborted();
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
