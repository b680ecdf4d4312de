import { type InvitationPreview as PreviewShape, previewInvitation } from '../../identity/preview-invitation.ts';
import { builder } from '../declare/builder.ts';
import { originOf } from './catalog-mutation.ts';
import { Role } from './role.ts';

const InvitationPreview = builder.objectRef<PreviewShape>('InvitationPreview').implement({
  description: 'What the holder of an invitation sees before accepting it.',
  fields: (t) => ({
    email: t.exposeString('email', { description: 'Whose address.' }),
    role: t.expose('role', { type: Role, description: 'What the person becomes.' }),
    organizationName: t.exposeString('organizationName', { description: 'The organization to join.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
    hasAccount: t.exposeBoolean('hasAccount', {
      description: 'Whether the address has an account: then sign in and call acceptInvitation, else signUp.',
    }),
  }),
});

builder.queryField('invitationByToken', (t) =>
  t.field({
    type: InvitationPreview,
    nullable: true,
    description: 'The open invitation that a mailed link is for; null when it was used, revoked or has expired.',
    args: { token: t.arg.string({ required: true, description: 'The token in the link.' }) },
    resolve: async (_root, { token }, ctx) =>
      (await previewInvitation(ctx.services.identity, { token }, originOf(ctx))) ?? null,
  }),
);
