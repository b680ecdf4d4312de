import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { visibleId } from '../../graphql/declare/visible-id.ts';
import { notSubscribed } from '../events/changes/following.ts';
import { type LivePeople, livePeople } from '../people/live-people.ts';
import { Profile } from '../people/profile.ts';
import { Channel } from './channel.ts';
import { signalTyping, typingList } from './signal-typing.ts';

const TypingFrame = builder.objectRef<LivePeople>('TypingFrame').implement({
  description: 'What typing sends whenever somebody begins or stops.',
  fields: (t) => ({
    people: t.field({
      type: [Profile as never],
      description: 'All who are typing now, except you: replace what an earlier frame said. At most 500.',
      resolve: ({ people }) => people as never,
    }),
  }),
});

/** A group of people who type at once makes few frames. */
const pauseMs = 100;

builder.subscriptionField('typing', (t) =>
  t.field({
    type: TypingFrame,
    authScopes: { reads: 'channels' },
    description: 'Who is typing in a channel. Nothing of it is stored, so it has no cursor.',
    args: {
      channelId: t.arg.globalID({
        required: true,
        for: Channel,
        description: 'The channel; NOT_FOUND if you may not see it.',
      }),
    },
    subscribe: notSubscribed,
    resolve: async (_root, { channelId: { id } }, ctx, info) => {
      const channelId = await visibleId(ctx.db, id, { table: 'channels', typename: 'Channel', field: 'channelId' });
      return livePeople(ctx, info, typingList(ctx.viewer.organizationId, channelId), pauseMs);
    },
  }),
);

defineMutation('signalTyping', {
  description:
    'Tells those who follow `typing` of a channel that you are writing, for the next six seconds: send it again while ' +
    'you go on. Sending a message ends it. Nothing is stored. Needs channel:write.',
  permission: 'channel:write',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    isTyping: t.boolean({ description: 'False if you have stopped; true by default.' }),
  }),
  run: (ctx, input) => signalTyping(ctx.tx, ctx.viewer, ctx.services.liveMarks, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});
