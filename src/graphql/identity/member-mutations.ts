import { changeMemberRole } from '../../identity/change-member-role.ts';
import { createJoinCode, revokeJoinCode } from '../../identity/create-join-code.ts';
import { inviteMember, revokeInvitation } from '../../identity/invite-member.ts';
import { getMember } from '../../identity/list-members.ts';
import { leaveOrganization, removeMember } from '../../identity/remove-member.ts';
import { setPermission } from '../../identity/set-permission.ts';
import { badInput, notFound } from '../../lib/errors.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';
import { Invitation } from './invitation.ts';
import { JoinCode } from './join-code.ts';
import { Member } from './member.ts';
import { Permission } from './permission.ts';
import { Role } from './role.ts';

defineCatalogMutation('createJoinCode', {
  description: 'Creates a code with which people can join the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({
    role: t.field({ type: Role, description: 'The role that people get: MEMBER (the default) or MANAGER.' }),
    maxUses: t.int({ description: 'How many people can join with it; no limit by default.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it expires; never by default.' }),
  }),
  run: async (ctx, { role, ...input }) => {
    if (role && role !== 'MEMBER' && role !== 'MANAGER')
      throw badInput('The role of a code must be MEMBER or MANAGER', 'input.role');
    const wanted = { ...input, role };
    return { joinCode: await createJoinCode(ctx.services.identity, ctx.viewer, wanted, originOf(ctx)) };
  },
  payload: (t) => ({ joinCode: t.expose('joinCode', { type: JoinCode, description: 'The new code.' }) }),
});

defineCatalogMutation('revokeJoinCode', {
  description: 'Revokes a code of the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({ joinCodeId: t.globalID({ required: true, description: 'The code.' }) }),
  run: async (ctx, { joinCodeId }) => {
    const id = uuidOf(joinCodeId, 'JoinCode', 'input.joinCodeId');
    await revokeJoinCode(ctx.services.identity, ctx.viewer, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    joinCodeId: t.id({ description: 'The id of the revoked code.', resolve: ({ id }) => catalogId('JoinCode', id) }),
  }),
});

defineCatalogMutation('inviteMember', {
  description:
    'Mails an invitation to join the organization, and revokes an earlier one to the address. Needs member:manage.',
  caller: 'member',
  input: (t) => ({
    email: t.string({ required: true, description: 'The address to invite.' }),
    role: t.field({
      type: Role,
      required: true,
      description: 'The role that the person gets; only owners can invite owners.',
    }),
  }),
  run: async (ctx, input) => ({
    invitation: await inviteMember(ctx.services.identity, ctx.viewer, input, originOf(ctx)),
  }),
  payload: (t) => ({ invitation: t.expose('invitation', { type: Invitation, description: 'The new invitation.' }) }),
});

defineCatalogMutation('revokeInvitation', {
  description: 'Revokes an invitation of the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({ invitationId: t.globalID({ required: true, description: 'The invitation.' }) }),
  run: async (ctx, { invitationId }) => {
    const id = uuidOf(invitationId, 'Invitation', 'input.invitationId');
    await revokeInvitation(ctx.services.identity, ctx.viewer, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    invitationId: t.id({
      description: 'The id of the revoked invitation.',
      resolve: ({ id }) => catalogId('Invitation', id),
    }),
  }),
});

defineCatalogMutation('changeMemberRole', {
  description:
    'Changes a member’s role. Needs member:manage. Only owners can appoint and demote owners; the last one stays.',
  caller: 'member',
  input: (t) => ({
    memberId: t.globalID({ required: true, description: 'The member.' }),
    role: t.field({ type: Role, required: true, description: 'The new role.' }),
  }),
  run: async (ctx, { memberId, role }) => {
    const { identity } = ctx.services;
    const membershipId = uuidOf(memberId, 'Member', 'input.memberId');
    await changeMemberRole(identity, ctx.viewer, { membershipId, role }, originOf(ctx));
    return { membershipId };
  },
  payload: (t) => ({
    member: t.field({
      type: Member,
      description: 'The member after the change.',
      resolve: ({ membershipId }, _args, ctx) => getMember(ctx.services.identity, ctx.viewer, membershipId),
    }),
  }),
});

export const RemoveMemberPayload = defineCatalogMutation('removeMember', {
  description:
    'Ends a membership; the profile stays for history. Needs member:manage, and task:write for `reassignTo`. The last ' +
    'owner cannot be removed.',
  caller: 'member',
  input: (t) => ({
    memberId: t.globalID({ required: true, description: 'The member.' }),
    reassignTo: t.globalID({
      description:
        'The profile of the person who gets the unfinished tasks of the member, except those that you do not see.',
    }),
  }),
  run: async (ctx, { memberId, reassignTo }) => {
    const id = uuidOf(memberId, 'Member', 'input.memberId');
    if (reassignTo && reassignTo.typename !== 'Profile') throw notFound('Profile', 'input.reassignTo');
    const successor = reassignTo && { tenant: ctx.tenant, profile: reassignTo.id };
    const { identity } = ctx.services;
    const { userId, reassigned } = await removeMember(identity, ctx.viewer, id, originOf(ctx), successor);
    return { id, userId, reassigned };
  },
  payload: (t) => ({
    memberId: t.id({
      description: 'The id of the former member.',
      resolve: ({ id }) => catalogId('Member', id),
    }),
    reassignedTasks: t.exposeInt('reassigned', { description: 'The number of tasks assigned to `reassignTo`.' }),
  }),
});

defineCatalogMutation('leaveOrganization', {
  description: 'Ends the viewer’s own membership. The last owner cannot leave.',
  caller: 'member',
  input: (t) => ({
    organizationId: t.globalID({ required: true, description: 'The organization of this request, as a confirmation.' }),
  }),
  run: async (ctx, { organizationId }) => {
    personOf(ctx);
    const id = uuidOf(organizationId, 'Organization', 'input.organizationId');
    if (id !== ctx.viewer.organizationId) {
      throw badInput('This is not the organization of the request', 'input.organizationId');
    }
    await leaveOrganization(ctx.services.identity, ctx.viewer, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    organizationId: t.id({
      description: 'The id of the organization.',
      resolve: ({ id }) => catalogId('Organization', id),
    }),
  }),
});

defineCatalogMutation('setPermission', {
  description: 'Grants a role a permission, revokes it, or restores the default. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    role: t.field({ type: Role, required: true, description: 'The role; owners keep every permission.' }),
    permission: t.field({ type: Permission, required: true, description: 'The permission.' }),
    granted: t.boolean({ description: 'True grants it, false revokes it, absent restores the default.' }),
  }),
  run: async (ctx, { granted = null, ...input }) => {
    await setPermission(ctx.services.identity, ctx.viewer, { ...input, granted }, originOf(ctx));
    return input;
  },
  payload: (t) => ({
    role: t.expose('role', { type: Role, description: 'The role.' }),
    permission: t.expose('permission', { type: Permission, description: 'The permission.' }),
  }),
});
