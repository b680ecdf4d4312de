import { builder } from '../../graphql/declare/builder.ts';
import type { channelTypes } from './tables.ts';

export const ChannelType = builder.enumType('ChannelType', {
  description: 'Who a channel is for.',
  values: {
    ORGANIZATION: { description: 'Everybody but a CLIENT.' },
    PROJECT: { description: 'A project: everybody but a CLIENT, and a CLIENT who was added.' },
    GROUP: { description: 'Those who were added.' },
    DIRECT: { description: 'Two people.' },
  } satisfies Record<(typeof channelTypes)[number], { description: string }>,
});
