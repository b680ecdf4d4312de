import type { WhereOf } from '../../access/row-rules.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { externalReferenceOf } from '../../graphql/declare/global-id.ts';
import { overRows } from '../../graphql/declare/pages.ts';
import { checkQuery, matchesText, searchOrdering, searchPage } from '../../graphql/declare/text-search.ts';
import { Channel } from './channel.ts';
import { Message, MessageConnection } from './message.ts';

interface Search {
  query: string;
  channelId?: { id: string } | null | undefined;
}

function whereOf({ query, channelId }: Search): WhereOf<'messages'> {
  return { ...matchesText(checkQuery(query)), ...(channelId && inChannel(channelId.id)) };
}

function inChannel(id: string): WhereOf<'messages'> {
  const externalReference = externalReferenceOf(id);
  return externalReference === undefined ? { channelId: id } : { channel: { externalReference } };
}

builder.queryField('searchMessages', (t) =>
  t.drizzleConnection(
    {
      type: Message,
      args: {
        query: t.arg.string({
          required: true,
          description:
            'Words in French or English, with or without accents. "A phrase", `or` and -without work as in a search engine.',
        }),
        channelId: t.arg.globalID({ for: Channel, description: 'Only messages of this channel.' }),
      },
      authScopes: { reads: 'messages' },
      ...overRows('messages', (_root: object, args: Search) => whereOf(args), searchOrdering),
      description: 'The messages with these words in all channels that you see, the best match first.',
      resolve: (query, _root, args, ctx) =>
        ctx.db.query.messages.findMany(query({ ...searchPage<'messages'>(args.query), where: whereOf(args) })),
    },
    ...MessageConnection,
  ),
);
