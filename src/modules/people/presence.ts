import { builder } from '../../graphql/declare/builder.ts';
import { notSubscribed } from '../events/changes/following.ts';
import { type LivePeople, livePeople } from './live-people.ts';
import { onlineList } from './online-list.ts';
import { Profile } from './profile.ts';

/** When many people come at once, each of them is told once a second, not once for each other one. */
const pauseMs = 1_000;

const PresenceFrame = builder.objectRef<LivePeople>('PresenceFrame').implement({
  description: 'What presence sends whenever somebody comes or goes.',
  fields: (t) => ({
    people: t.field({
      type: [Profile as never],
      description: 'All who are online now, except you: replace what an earlier frame said. At most 500.',
      resolve: ({ people }) => people as never,
    }),
  }),
});

builder.subscriptionField('presence', (t) =>
  t.field({
    type: PresenceFrame,
    authScopes: { reads: 'profiles' },
    description:
      'Who is online: the people that you see and who have a subscription open, or had one half a minute ago. ' +
      'Nothing of it is stored, so it has no cursor.',
    subscribe: notSubscribed,
    resolve: (_root, _args, ctx, info) => livePeople(ctx, info, onlineList(ctx.viewer.organizationId), pauseMs),
  }),
);
