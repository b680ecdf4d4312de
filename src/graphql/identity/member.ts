import { resolveCursorConnection } from '@pothos/plugin-relay';
import { countMembers, listMembers, type Member as MemberShape } from '../../identity/list-members.ts';
import { AppError } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import { builder } from '../declare/builder.ts';
import { defineConnection } from '../declare/pages.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';
import { User } from './user.ts';

export const Member = builder.objectRef<MemberShape>('Member').implement({
  description: 'A user as a member of the organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ membershipId }) => catalogId('Member', membershipId) }),
    user: t.field({ type: User, description: 'The account.', resolve: (member) => member }),
    role: t.expose('role', { type: Role, description: 'The user’s role in the organization.' }),
    isDisabled: t.boolean({
      description: 'Whether the operator of the installation has disabled the user.',
      resolve: ({ disabledAt }) => disabledAt !== null,
    }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the user became a member.' }),
  }),
});

const cursorPrefix = 'member ';
const toCursor = ({ membershipId }: MemberShape) => Buffer.from(cursorPrefix + membershipId).toString('base64url');

function ofCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const id = text.slice(cursorPrefix.length);
  if (text.startsWith(cursorPrefix) && isUuid(id)) return id;
  throw new AppError('BAD_CURSOR', 'This is not a cursor of the list of members');
}

builder.queryField('members', (t) =>
  t.connection(
    {
      type: Member,
      authScopes: { permission: 'member:read' },
      description: 'The members of the organization, in the order in which they joined. Needs member:read.',
      resolve: async (_root, args, ctx) => {
        const { identity } = ctx.services;
        const options = { args, defaultSize: 20, maxSize: 100, toCursor };
        const page = await resolveCursorConnection<Promise<MemberShape[]>>(
          options,
          ({ limit, after, before, inverted }) =>
            listMembers(identity, ctx.viewer, { limit, after: ofCursor(after), before: ofCursor(before), inverted }),
        );
        // The helper returns a complete page, but its type has lost which fields are never null.
        return { ...page, totalCount: () => countMembers(identity, ctx.viewer) } as never;
      },
    },
    ...defineConnection(Member, 'Member'),
  ),
);
