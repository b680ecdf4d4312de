import { builder } from '../../graphql/declare/builder.ts';
import { defineResource } from '../events/resource.ts';
import { keepOutOfTrash } from '../events/trash-types.ts';
import { messageIdOf } from './delivery-message.ts';
import { readableDeliveries } from './policy.ts';

/** Only the read half: events and the worker make and change deliveries. */
const WebhookDelivery = defineResource('webhookDeliveries', {
  name: 'WebhookDelivery',
  noun: 'delivery',
  nouns: 'deliveries',
  description: 'A message of a webhook about one event, from its first attempt on. It is kept for 30 days.',
  parent: 'webhook',
  read: readableDeliveries,
  fields: {
    webhook: { description: 'The webhook.', listDescription: 'Its messages, the newest first.' },
    action: { description: 'What happened, such as `task.moved`.', max: 200, personal: false },
    status: {
      description: 'How it went.',
      values: {
        PENDING: 'It will be tried again.',
        DELIVERED: 'The receiver answered with a status from 200 to 299.',
        FAILED: 'All attempts failed, or the receiver answered 410.',
      },
    },
    attempts: 'How often it was tried.',
    attemptedAt: 'When it was tried last.',
    answerStatus: 'The status of the last answer; null if there was none.',
    lastError: { description: 'Why the last attempt failed; null if it did not.', personal: false },
  },
  order: { createdAt: 'desc' },
  list: 'The messages of all webhooks, the newest first.',
});

keepOutOfTrash('webhookDeliveries');

builder.drizzleObjectFields(WebhookDelivery, (t) => ({
  messageId: t.string({
    description: 'The header `webhook-id` of the message, the same in each attempt.',
    select: { columns: { webhookId: true, eventId: true } },
    resolve: messageIdOf,
  }),
}));
