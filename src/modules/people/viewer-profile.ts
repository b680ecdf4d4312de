import { builder } from '../../graphql/declare/builder.ts';
import { Viewer } from '../../graphql/identity/viewer.ts';
import { Profile } from './profile.ts';

builder.objectField(Viewer, 'profile', (t) =>
  t.drizzleField({
    type: Profile,
    nullable: true,
    description: 'The viewer’s own profile in the organization of this request; null without one.',
    resolve: (query, { member }, _args, ctx) =>
      member ? ctx.db.query.profiles.findFirst(query({ where: { id: member.profileId } })) : null,
  }),
);
