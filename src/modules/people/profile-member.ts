import { builder } from '../../graphql/declare/builder.ts';
import { Member } from '../../graphql/identity/member.ts';
import { Profile } from './profile.ts';

builder.drizzleObjectFields(Profile, (t) => ({
  member: t.field({
    type: Member,
    nullable: true,
    authScopes: { permission: 'member:read' },
    description:
      'The person’s membership; null for a person without an account here, or who has left. Needs member:read.',
    select: { columns: { id: true } },
    resolve: ({ id }, _args, ctx) => ctx.memberships.load(id),
  }),
}));
