import type { Invitation as InvitationShape } from '../../identity/invite-member.ts';
import { listInvitations } from '../../identity/list-open-entries.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';

export const Invitation = builder.objectRef<InvitationShape>('Invitation').implement({
  description: 'An invitation of an e-mail address to the organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('Invitation', id) }),
    email: t.exposeString('email', { description: 'The invited address.' }),
    role: t.expose('role', { type: Role, description: 'The role that the person gets.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was sent.' }),
  }),
});

builder.queryField('invitations', (t) =>
  t.field({
    type: [Invitation],
    authScopes: { permission: 'member:manage' },
    description: 'The invitations that can still be accepted, newest first, at most 200. Needs member:manage.',
    resolve: (_root, _args, ctx) => listInvitations(ctx.services.identity, ctx.viewer),
  }),
);
