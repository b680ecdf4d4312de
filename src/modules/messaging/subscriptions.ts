import { defineSubscription } from '../events/changes/define-subscription.ts';
import { Channel } from './channel.ts';
import { Message } from './message.ts';

defineSubscription('messageAdded', {
  type: Message,
  description: 'The messages that are sent to a channel, answers included.',
  within: {
    channelId: { type: Channel, required: true, description: 'The channel; NOT_FOUND if you may not see it.' },
  },
  only: 'message.sent',
});

defineSubscription('channelUpdated', {
  type: Channel,
  description: 'The channels that you see, whenever one is created, changed, archived or deleted.',
});
