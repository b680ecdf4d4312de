import { type InvitationPreview as PreviewShape, previewInvitation } from '../../identity/preview-invitation.ts';
import { builder } from '../declare/builder.ts';
import { originOf } from './catalog-mutation.ts';
import { Role } from './role.ts';

const InvitationPreview = builder.objectRef<PreviewShape>('InvitationPreview').implement({
  description: 'An invitation as its holder sees it before accepting it.',
  fields: (t) => ({
    email: t.exposeString('email', { description: 'The invited address.' }),
    role: t.expose('role', { type: Role, description: 'The role that the person gets.' }),
    organizationName: t.exposeString('organizationName', { description: 'The organization to join.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires.' }),
    hasAccount: t.exposeBoolean('hasAccount', {
      description: 'Whether the address has an account: then sign in and call acceptInvitation, otherwise signUp.',
    }),
  }),
});

builder.queryField('invitationByToken', (t) =>
  t.field({
    type: InvitationPreview,
    nullable: true,
    description: 'The open invitation of a mailed link; null if it was used, revoked or has expired.',
    args: { token: t.arg.string({ required: true, description: 'The token in the link.' }) },
    resolve: async (_root, { token }, ctx) =>
      (await previewInvitation(ctx.services.identity, { token }, originOf(ctx))) ?? null,
  }),
);
