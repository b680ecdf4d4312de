import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockVisible } from '../../access/visible-rows.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { later } from '../../lib/clock.ts';
import { uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import { makeWebhookSecret, secretContext } from '../../lib/webhook-secret.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { requireWebhookOwner } from './policy.ts';
import { webhookStates, webhooks } from './tables.ts';

const input = z.object({ id: uuidField });
/** How long the former secret signs too. */
const overlapMs = 24 * 3_600_000;

/** Replaces the secret of a webhook, and returns the new one. */
export async function rotateWebhookSecret(
  tx: TenantTx,
  viewer: Viewer,
  { seal, clock }: Pick<Identity, 'seal' | 'clock'>,
  raw: Raw<typeof input>,
): Promise<{ id: string; secret: string }> {
  requireWebhookOwner(viewer);
  const { id } = checkInput(input, raw);
  await lockVisible(tx, viewer, webhooks, id, 'Webhook');
  const secret = makeWebhookSecret();
  await tx
    .update(webhookStates)
    .set({
      sealedSecret: seal.seal(secret, secretContext(id)),
      sealedPreviousSecret: sql`${webhookStates.sealedSecret}`,
      previousUntil: later(clock(), overlapMs),
    })
    .where(eq(webhookStates.webhookId, id));
  const about = { resourceType: 'Webhook', resourceId: id };
  await recordEvent(tx, viewer, { action: 'webhook.secretRotated', ...about, before: {}, after: {} });
  tx.answerIsSecret = true;
  return { id, secret };
}
