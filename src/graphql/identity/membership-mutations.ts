import { acceptInvitation } from '../../identity/accept-invitation.ts';
import { createOrganization } from '../../identity/create-organization.ts';
import { joinOrganization } from '../../identity/join-organization.ts';
import { listMemberships } from '../../identity/list-memberships.ts';
import { AppError } from '../../lib/errors.ts';
import type { Context } from '../context.ts';
import { defineCatalogMutation, originOf, type PayloadBuilder, personOf } from './catalog-mutation.ts';
import { NewOrganizationInput } from './new-organization-input.ts';
import { Membership } from './organization.ts';

const membershipField = (t: PayloadBuilder<{ id: string }>) => ({
  membership: t.field({
    type: Membership,
    description: 'The new membership. Call refreshSession to get a token for the organization.',
    resolve: ({ id }, _args, ctx) => membershipOf(ctx, id),
  }),
});

/** The new membership as lists show it. */
async function membershipOf(ctx: Context, membershipId: string) {
  const memberships = await listMemberships(ctx.services.identity, personOf(ctx).userId);
  const membership = memberships.find((each) => each.membershipId === membershipId);
  if (!membership) throw new AppError('TRANSACTION_CONFLICT', 'The membership has ended already');
  return membership;
}

defineCatalogMutation('createOrganization', {
  description: 'Creates an organization owned by the user.',
  caller: 'signedIn',
  input: (t) => ({
    organization: t.field({ type: NewOrganizationInput, required: true, description: 'The organization.' }),
  }),
  run: (ctx, { organization }) => createOrganization(ctx.services.identity, personOf(ctx), organization, originOf(ctx)),
  payload: membershipField,
});

defineCatalogMutation('joinOrganization', {
  description: 'Makes the user a member of the organization with a join code.',
  caller: 'signedIn',
  input: (t) => ({ code: t.string({ required: true, description: 'The code; case and dash do not matter.' }) }),
  run: (ctx, input) => joinOrganization(ctx.services.identity, personOf(ctx), input, originOf(ctx)),
  payload: membershipField,
});

defineCatalogMutation('acceptInvitation', {
  description: 'Makes the user a member with an invitation to their own address.',
  caller: 'signedIn',
  input: (t) => ({ token: t.string({ required: true, description: 'The token in the link.' }) }),
  run: (ctx, input) => acceptInvitation(ctx.services.identity, personOf(ctx), input, originOf(ctx)),
  payload: membershipField,
});
