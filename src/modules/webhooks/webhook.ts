import { and, eq, sql } from 'drizzle-orm';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { defineResource } from '../events/resource.ts';
import { keepOutOfTrash } from '../events/trash-types.ts';
import { createWebhook } from './create-webhook.ts';
import { logEnd } from './log-end.ts';
import { readableWebhooks, requireWebhookOwner } from './policy.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { webhookDeliveries, webhookStates } from './tables.ts';
import { actionsField, typesField, urlField } from './webhook-input.ts';

const described = {
  name: 'Name.',
  url: 'The address that events are posted to: https, unless the installation allows the host.',
  types: 'The types of objects whose events are sent, such as Task; all if empty. At most 50.',
  actions: 'The actions that are sent, such as `task.moved`; all if empty. At most 50.',
  includeChanges:
    'Whether a message has the changed fields of the object, as far as the owner may see them, and not only its id.',
} as const;

const Webhook = defineResource('webhooks', {
  name: 'Webhook',
  description:
    'An address of another system to which events are sent, as far as its owner may see them. Whoever creates, changes or ' +
    'resumes a webhook becomes its owner.',
  read: readableWebhooks,
  write: 'webhook:manage',
  fields: {
    owner: 'The person whose rights decide which events are sent.',
    name: { description: described.name, personal: false },
    url: { description: described.url, max: 500, check: urlField, filtered: false, sorted: false, personal: false },
    types: { description: described.types, check: typesField, personal: false },
    actions: { description: described.actions, check: actionsField, personal: false },
    includeChanges: described.includeChanges,
    status: {
      description: 'Whether it sends events, and if not, why.',
      values: {
        ACTIVE: 'It sends events.',
        PAUSED: 'Somebody paused it, or it came with a copy of the data.',
        GONE: 'The receiver answered 410.',
        FAILING: 'All attempts of five days failed.',
        UNOWNED: 'Its owner left the organization or lost webhook:manage.',
      },
    },
  },
  order: { name: 'asc' },
  list: 'The webhooks of the organization.',
  update: {
    description: 'Changes a webhook, and makes you its owner.',
    writes: ['name', 'url', 'types', 'actions', 'includeChanges'],
    before: ({ viewer }) => {
      requireWebhookOwner(viewer);
      return { ownerId: viewer.profileId };
    },
  },
  delete: { description: 'Deletes a webhook, its secrets and its deliveries' },
});

// Its secrets are gone for good
keepOutOfTrash('webhooks');

Webhook.action('pause', {
  description: 'Stops a webhook. What it has not sent yet is dropped, and it does not send what happens meanwhile',
  event: 'paused',
  writes: [],
  from: { status: ['ACTIVE'] },
  before: async ({ tx, current: { id } }) => {
    const isWaiting = and(eq(webhookDeliveries.webhookId, id), eq(webhookDeliveries.status, 'PENDING'));
    await tx.delete(webhookDeliveries).where(isWaiting);
    return { status: 'PAUSED' };
  },
});

Webhook.action('resume', {
  description: 'Lets a webhook send what happens from now on, and makes you its owner',
  event: 'resumed',
  writes: [],
  from: { status: ['PAUSED', 'GONE', 'FAILING', 'UNOWNED'] },
  before: async ({ tx, viewer, current: { id } }) => {
    requireWebhookOwner(viewer);
    const fresh = sql`failures = 0, failing_since = null, rests_until = null`;
    await tx.execute(
      sql`update ${webhookStates} set (era, xid, seq) = (${logEnd}), ${fresh} where ${webhookStates.webhookId} = ${id}`,
    );
    tx.hasNewJobs = true;
    return { status: 'ACTIVE', ownerId: viewer.profileId };
  },
});

const secretField = 'The secret with which messages are signed. It is shown this once.';

defineMutation('createWebhook', {
  description: 'Creates a webhook, which you own. Needs webhook:manage, and is refused to API keys.',
  permission: 'webhook:manage',
  input: (t) => ({
    name: t.string({ required: true, description: described.name }),
    url: t.string({ required: true, description: described.url }),
    types: t.stringList({ description: described.types }),
    actions: t.stringList({ description: described.actions }),
    includeChanges: t.boolean({ description: described.includeChanges }),
  }),
  run: ({ tx, viewer, services }, input) => createWebhook(tx, viewer, services.identity.seal, input),
  payload: (t) => ({
    webhook: changed(t, Webhook, 'webhooks'),
    secret: t.string({ description: secretField, resolve: ({ secret }) => secret }),
  }),
});

defineMutation('rotateWebhookSecret', {
  description:
    'Replaces the secret of a webhook. For 24 hours messages are signed with the former one too. Needs webhook:manage, and is ' +
    'refused to API keys.',
  permission: 'webhook:manage',
  input: (t) => ({ id: t.globalID({ for: Webhook, required: true, description: 'The webhook.' }) }),
  run: ({ tx, viewer, services }, input) => rotateWebhookSecret(tx, viewer, services.identity, input),
  payload: (t) => ({
    webhook: changed(t, Webhook, 'webhooks'),
    secret: t.string({ description: secretField, resolve: ({ secret }) => secret }),
  }),
});
