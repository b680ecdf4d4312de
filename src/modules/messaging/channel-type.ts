import { builder } from '../../graphql/declare/builder.ts';
import type { channelTypes } from './tables.ts';

export const ChannelType = builder.enumType('ChannelType', {
  description: 'The audience of a channel.',
  values: {
    ORGANIZATION: { description: 'Everybody except CLIENTs.' },
    PROJECT: { description: 'A project: everybody except CLIENTs, and the CLIENTs who were added.' },
    GROUP: { description: 'The people who were added.' },
    DIRECT: { description: 'Two people.' },
  } satisfies Record<(typeof channelTypes)[number], { description: string }>,
});
