import { changeMemberRole } from '../../identity/change-member-role.ts';
import { createJoinCode, revokeJoinCode } from '../../identity/create-join-code.ts';
import { inviteMember, revokeInvitation } from '../../identity/invite-member.ts';
import { getMember } from '../../identity/list-members.ts';
import { leaveOrganization, removeMember } from '../../identity/remove-member.ts';
import { setPermission } from '../../identity/set-permission.ts';
import { badInput } from '../../lib/errors.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';
import { Invitation } from './invitation.ts';
import { JoinCode } from './join-code.ts';
import { Member } from './member.ts';
import { Permission } from './permission.ts';
import { Role } from './role.ts';

defineCatalogMutation('createJoinCode', {
  description: 'Makes a code by which people join the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({
    role: t.field({ type: Role, description: 'What those who join become: MEMBER (the default) or MANAGER.' }),
    maxUses: t.int({ description: 'How many can join by it; any number if absent.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends by itself.' }),
  }),
  run: async (ctx, { role, ...input }) => {
    if (role && role !== 'MEMBER' && role !== 'MANAGER')
      throw badInput('A code makes a MEMBER or a MANAGER', 'input.role');
    const wanted = { ...input, role };
    return { joinCode: await createJoinCode(ctx.services.identity, ctx.viewer, wanted, originOf(ctx)) };
  },
  payload: (t) => ({ joinCode: t.expose('joinCode', { type: JoinCode, description: 'The new code.' }) }),
});

defineCatalogMutation('revokeJoinCode', {
  description: 'Ends a code of the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({ joinCodeId: t.globalID({ required: true, description: 'Which code.' }) }),
  run: async (ctx, { joinCodeId }) => {
    const id = uuidOf(joinCodeId, 'JoinCode', 'input.joinCodeId');
    await revokeJoinCode(ctx.services.identity, ctx.viewer, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    joinCodeId: t.id({ description: 'The id of the code that ended.', resolve: ({ id }) => catalogId('JoinCode', id) }),
  }),
});

defineCatalogMutation('inviteMember', {
  description: 'Mails an invitation to join the organization; an earlier one of the address ends. Needs member:manage.',
  caller: 'member',
  input: (t) => ({
    email: t.string({ required: true, description: 'Whom to invite.' }),
    role: t.field({ type: Role, required: true, description: 'What the person becomes; only owners make owners.' }),
  }),
  run: async (ctx, input) => ({
    invitation: await inviteMember(ctx.services.identity, ctx.viewer, input, originOf(ctx)),
  }),
  payload: (t) => ({ invitation: t.expose('invitation', { type: Invitation, description: 'The new invitation.' }) }),
});

defineCatalogMutation('revokeInvitation', {
  description: 'Ends an invitation of the organization. Needs member:manage.',
  caller: 'member',
  input: (t) => ({ invitationId: t.globalID({ required: true, description: 'Which invitation.' }) }),
  run: async (ctx, { invitationId }) => {
    const id = uuidOf(invitationId, 'Invitation', 'input.invitationId');
    await revokeInvitation(ctx.services.identity, ctx.viewer, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    invitationId: t.id({
      description: 'The id of the invitation that ended.',
      resolve: ({ id }) => catalogId('Invitation', id),
    }),
  }),
});

defineCatalogMutation('changeMemberRole', {
  description:
    'Gives a member another role. Needs member:manage; owners are made and demoted by owners, and one stays.',
  caller: 'member',
  input: (t) => ({
    memberId: t.globalID({ required: true, description: 'Whose role.' }),
    role: t.field({ type: Role, required: true, description: 'What the member becomes.' }),
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

defineCatalogMutation('removeMember', {
  description: 'Ends a membership; the profile stays for history. Needs member:manage; the last owner stays.',
  caller: 'member',
  input: (t) => ({ memberId: t.globalID({ required: true, description: 'Whose membership.' }) }),
  run: async (ctx, { memberId }) => {
    const id = uuidOf(memberId, 'Member', 'input.memberId');
    await removeMember(ctx.services.identity, ctx.viewer, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    memberId: t.id({
      description: 'The id of the member who is none any more.',
      resolve: ({ id }) => catalogId('Member', id),
    }),
  }),
});

defineCatalogMutation('leaveOrganization', {
  description: 'Ends the viewer’s own membership. The last owner cannot leave.',
  caller: 'member',
  input: (t) => ({
    organizationId: t.globalID({ required: true, description: 'The organization of this request, to be sure.' }),
  }),
  run: async (ctx, { organizationId }) => {
    personOf(ctx);
    const id = uuidOf(organizationId, 'Organization', 'input.organizationId');
    if (id !== ctx.viewer.organizationId) {
      throw badInput('This is not the organization that the request is about', 'input.organizationId');
    }
    await leaveOrganization(ctx.services.identity, ctx.viewer, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    organizationId: t.id({
      description: 'The organization that was left.',
      resolve: ({ id }) => catalogId('Organization', id),
    }),
  }),
});

defineCatalogMutation('setPermission', {
  description: 'Gives a role a permission, takes it away, or has it as it is by default. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    role: t.field({ type: Role, required: true, description: 'Whose; owners keep every permission.' }),
    permission: t.field({ type: Permission, required: true, description: 'Which one.' }),
    granted: t.boolean({ description: 'True gives it, false takes it, absent leaves it to the default.' }),
  }),
  run: async (ctx, { granted = null, ...input }) => {
    await setPermission(ctx.services.identity, ctx.viewer, { ...input, granted }, originOf(ctx));
    return input;
  },
  payload: (t) => ({
    role: t.expose('role', { type: Role, description: 'Whose permission changed.' }),
    permission: t.expose('permission', { type: Permission, description: 'Which one.' }),
  }),
});
