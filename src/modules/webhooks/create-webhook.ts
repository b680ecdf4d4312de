import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import { lockRule } from '../../access/rule-lock.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { nameField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw, withoutNulls } from '../../lib/input.ts';
import type { Seal } from '../../lib/seal.ts';
import { makeWebhookSecret, secretContext } from '../../lib/webhook-secret.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { logEnd } from './log-end.ts';
import { requireWebhookOwner } from './policy.ts';
import { webhookStates, webhooks } from './tables.ts';
import { actionsField, typesField, urlField } from './webhook-input.ts';

/** Each event is matched with every webhook. */
export const mostWebhooks = 20;

const input = z.object({
  name: nameField,
  url: urlField,
  types: typesField.optional(),
  actions: actionsField.optional(),
  includeChanges: z.boolean().optional(),
});

/** Creates a webhook that sends what happens from now on. Returns its secret, which is stored sealed. */
export async function createWebhook(
  tx: TenantTx,
  viewer: Viewer,
  seal: Seal,
  raw: Raw<typeof input>,
): Promise<{ id: string; secret: string }> {
  requireWebhookOwner(viewer);
  const values = checkInput(input, withoutNulls(raw));
  lockRule(tx, 'number of webhooks');
  if ((await tx.$count(webhooks)) >= mostWebhooks)
    throw new AppError('INVALID_STATE', `An organization has at most ${mostWebhooks} webhooks`);
  const id = uuidv7();
  const row = { ...values, id, ownerId: viewer.profileId };
  const event = { action: 'webhook.created', resourceType: 'Webhook', resourceId: id, after: row };
  await change(tx, viewer, { write: insertionOf(webhooks, row), event });
  const secret = makeWebhookSecret();
  await tx.execute(sql`insert into ${webhookStates} (webhook_id, sealed_secret, era, xid, seq)
    select ${id}::uuid, ${seal.seal(secret, secretContext(id))}, position.* from (${logEnd}) as position`);
  tx.hasNewJobs = true;
  tx.answerIsSecret = true;
  return { id, secret };
}
