import { eq, sql } from 'drizzle-orm';
import { later } from '../../lib/clock.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { delayAfter, mostDeliveryAttempts, restAfter } from './delivery-schedule.ts';
import { webhookDeliveries, webhookStates, type webhookStatuses, webhooks } from './tables.ts';

/** How an attempt ended: with an answer, with an error, or it was not made because the webhook is stopped. */
export type Attempt = { answerStatus: number } | { error: string } | { stopped: true };

const longestError = 500;
/** After so long without a success, a failure stops the webhook. */
const failingMs = 5 * 24 * 3_600_000;

interface Moment {
  now: Date;
  random?: (() => number) | undefined;
}

/** Records an attempt. Returns after how long to try again, if it is to be tried again. */
export async function recordAttempt(
  tx: TenantTx,
  deliveryId: string,
  attempt: Attempt,
  { now, random }: Moment,
): Promise<{ againInMs: number } | undefined> {
  const ofDelivery = eq(webhookDeliveries.id, deliveryId);
  const [delivery] = await tx.select().from(webhookDeliveries).where(ofDelivery).for('update');
  if (!delivery) return undefined;
  const { webhookId } = delivery;
  // Nobody has checked whether the owner may see its event
  if ('stopped' in attempt) {
    await dropDelivery(tx, deliveryId);
    return undefined;
  }
  const answerStatus = 'answerStatus' in attempt ? attempt.answerStatus : null;
  const isDelivered = answerStatus !== null && answerStatus >= 200 && answerStatus < 300;
  const attempts = delivery.attempts + 1;
  const isLast = isDelivered || attempts >= mostDeliveryAttempts || answerStatus === 410;
  await tx
    .update(webhookDeliveries)
    .set({
      ...{ attempts, answerStatus, attemptedAt: now, lastError: isDelivered ? null : reasonOf(attempt) },
      status: isDelivered ? 'DELIVERED' : isLast ? 'FAILED' : 'PENDING',
    })
    .where(ofDelivery);
  const ofWebhook = eq(webhookStates.webhookId, webhookId);
  if (isDelivered) {
    await tx.update(webhookStates).set({ failures: 0, failingSince: null, restsUntil: null }).where(ofWebhook);
    return undefined;
  }
  // In the order in which changes of the webhook lock them
  await tx.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.id, webhookId)).for('update');
  const [state] = await tx
    .update(webhookStates)
    .set({
      failures: sql`${webhookStates.failures} + 1`,
      failingSince: sql`coalesce(${webhookStates.failingSince}, ${now.toISOString()}::timestamptz)`,
    })
    .where(ofWebhook)
    .returning({ failures: webhookStates.failures, failingSince: webhookStates.failingSince });
  const since = state?.failingSince?.getTime() ?? now.getTime();
  const stops = answerStatus === 410 ? 'GONE' : now.getTime() - since >= failingMs ? 'FAILING' : undefined;
  if (stops) {
    await stop(tx, webhookId, stops);
    if (!isLast) await tx.update(webhookDeliveries).set({ status: 'FAILED' }).where(ofDelivery);
    return undefined;
  }
  const rest = restAfter(state?.failures ?? 0);
  if (rest > 0)
    await tx
      .update(webhookStates)
      .set({ restsUntil: later(now, rest) })
      .where(ofWebhook);
  return isLast ? undefined : { againInMs: delayAfter(attempts, random) };
}

const reasonOf = (attempt: { answerStatus: number } | { error: string }): string =>
  ('error' in attempt ? attempt.error : `The receiver answered ${attempt.answerStatus}`).slice(0, longestError);

export const stopUnowned = (tx: TenantTx, webhookId: string): Promise<void> => stop(tx, webhookId, 'UNOWNED');

export async function dropDelivery(tx: TenantTx, id: string): Promise<void> {
  await tx.delete(webhookDeliveries).where(eq(webhookDeliveries.id, id));
}

async function stop(tx: TenantTx, id: string, status: (typeof webhookStatuses)[number]): Promise<void> {
  const stopped = await tx
    .update(webhooks)
    .set({ status, version: sql`${webhooks.version} + 1` })
    .where(sql`${webhooks.id} = ${id} and ${webhooks.status} = 'ACTIVE'`)
    .returning({ id: webhooks.id });
  if (stopped.length === 0) return;
  const changes = { before: { status: 'ACTIVE' }, after: { status } };
  await recordEvent(tx, null, { action: 'webhook.stopped', resourceType: 'Webhook', resourceId: id, ...changes });
}
