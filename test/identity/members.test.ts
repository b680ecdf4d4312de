import { describe, expect, it } from 'vitest';
import { acceptInvitation } from '../../src/identity/accept-invitation.ts';
import { addMember } from '../../src/identity/add-member.ts';
import { changeMemberRole } from '../../src/identity/change-member-role.ts';
import { createApiKey } from '../../src/identity/create-api-key.ts';
import { createJoinCode, revokeJoinCode } from '../../src/identity/create-join-code.ts';
import { settleDepartures } from '../../src/identity/departures.ts';
import type { Identity } from '../../src/identity/identity.ts';
import { inviteMember, revokeInvitation } from '../../src/identity/invite-member.ts';
import { joinOrganization } from '../../src/identity/join-organization.ts';
import { countMembers, listMembers } from '../../src/identity/list-members.ts';
import { leaveOrganization, removeMember } from '../../src/identity/remove-member.ts';
import { setPermission } from '../../src/identity/set-permission.ts';
import { joinCodes } from '../../src/identity/tables.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { outcomes, outcomesInTurn, processes, tally } from './support.ts';

const [here, there] = await processes(2);
const { identity } = here;
const owned = async (name = 'Acme') => {
  const tenant = await here.company(name);
  const owner = await here.member(tenant, 'OWNER');
  return { tenant, owner, viewer: await here.viewer(owner.authorization) };
};
const profilesOf = (tenant: Tenant) => here.app.binding.read(tenant, (db) => db.query.profiles.findMany());

describe('joining by code', () => {
  it('never overshoots the uses of a code, in two processes', async () => {
    const { tenant, viewer } = await owned();
    const { code } = await createJoinCode(identity, viewer, { maxUses: 5 }, {});
    const people = await Promise.all(Array.from({ length: 20 }, () => here.user()));
    const tries = people.map((person, n) => joinOrganization((n % 2 ? here : there).identity, person, { code }, {}));
    expect(tally(await outcomes(tries))).toEqual({ ok: 5, NOT_FOUND: 15 });
    const [row] = await here.app.catalog.read((db) => db.select().from(joinCodes));
    expect(row).toMatchObject({ uses: 5, maxUses: 5 });
    expect(await countMembers(identity, viewer)).toBe(6);
    const present = (await profilesOf(tenant)).filter((profile) => profile.leftAt === null);
    expect(present).toHaveLength(6);
  });

  it('makes one person a member once, for any number of concurrent requests', async () => {
    const { tenant, viewer } = await owned();
    const { code } = await createJoinCode(identity, viewer, {}, {});
    const person = await here.user();
    const codes = await outcomes(Array.from({ length: 5 }, () => joinOrganization(identity, person, { code }, {})));
    expect(codes.filter((each) => each === 'ok')).toHaveLength(1);
    expect(await outcomes([joinOrganization(identity, person, { code }, {})])).toEqual(['ALREADY_EXISTS']);
    await settleDepartures(identity);
    expect((await profilesOf(tenant)).find((profile) => profile.userId === person.userId)?.leftAt).toBeNull();
  });

  it('rejects unknown, revoked and expired codes alike, and needs a permission to create one', async () => {
    const { tenant, viewer } = await owned();
    const soon = new Date(here.clock.now().getTime() + 1000);
    const [revoked, expired] = [
      await createJoinCode(identity, viewer, {}, {}),
      await createJoinCode(identity, viewer, { expiresAt: soon }, {}),
    ];
    await revokeJoinCode(identity, viewer, revoked.id, {});
    here.clock.advance(1000);
    const person = await here.user();
    const tries = [revoked.code, expired.code, 'AAAAA-AAAAA'].map((code) =>
      joinOrganization(identity, person, { code }, {}),
    );
    expect(await outcomes(tries)).toEqual(Array(3).fill('NOT_FOUND'));
    const manager = await here.member(tenant, 'MANAGER');
    const asManager = await here.viewer(manager.authorization);
    expect(await outcomes([createJoinCode(identity, asManager, {}, {})])).toEqual(['FORBIDDEN']);
    expect(await outcomes([createJoinCode(identity, viewer, { role: 'OWNER' as never }, {})])).toEqual(['BAD_INPUT']);
    const past = { expiresAt: here.clock.now() };
    await expect(createJoinCode(identity, viewer, past, {})).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { field: 'input.expiresAt' },
    });
  });

  it('is rate-limited against guessing', async () => {
    const person = await here.user();
    const tries = Array.from({ length: 12 }, () => joinOrganization(identity, person, { code: 'AAAAA-AAAAA' }, {}));
    expect(tally(await outcomes(tries))).toEqual({ NOT_FOUND: 10, RATE_LIMITED: 2 });
  });
});

describe('invitations', () => {
  it('make the owner of the address a member, once', async () => {
    const { viewer } = await owned();
    const [ada, eve] = [await here.user(), await here.user()];
    await inviteMember(identity, viewer, { email: ada.email.toUpperCase(), role: 'CONSULTANT' }, {});
    const token = here.mailer.tokenFor(ada.email);
    expect(await outcomes([acceptInvitation(identity, eve, { token }, {})])).toEqual(['FORBIDDEN']);
    const tries = [
      acceptInvitation(identity, ada, { token }, {}),
      acceptInvitation(there.identity, ada, { token }, {}),
    ];
    expect((await outcomes(tries)).filter((code) => code === 'ok')).toHaveLength(1);
    expect((await here.signIn(ada.email)).session.organizationId).toBe(viewer.organizationId);
    expect(await outcomes([acceptInvitation(identity, ada, { token }, {})])).toEqual(['NOT_FOUND']);
    expect(await outcomes([inviteMember(identity, viewer, { email: ada.email, role: 'MEMBER' }, {})])).toEqual([
      'ALREADY_EXISTS',
    ]);
  });

  it('are invalid when revoked, replaced or expired', async () => {
    const { viewer } = await owned();
    const ada = await here.user();
    const invite = async () => {
      const { id } = await inviteMember(identity, viewer, { email: ada.email, role: 'MEMBER' }, {});
      return { id, token: here.mailer.tokenFor(ada.email) };
    };
    const [replaced, revoked] = [await invite(), await invite()];
    await revokeInvitation(identity, viewer, revoked.id, {});
    const expired = await invite();
    here.clock.advance(14 * 24 * 3_600_000);
    const tries = [replaced, revoked, expired].map(({ token }) => acceptInvitation(identity, ada, { token }, {}));
    expect(await outcomes(tries)).toEqual(Array(3).fill('NOT_FOUND'));
  });
});

describe('owners', () => {
  it('cannot all leave, even concurrently in two processes', async () => {
    const { tenant, viewer } = await owned();
    const second = await here.viewer((await here.member(tenant, 'OWNER')).authorization);
    const tries = [leaveOrganization(identity, viewer, {}), leaveOrganization(there.identity, second, {})];
    expect(tally(await outcomes(tries))).toEqual({ ok: 1, LAST_OWNER: 1 });
  });

  it('cannot all be demoted, even if each demotes the other', async () => {
    for (let round = 0; round < 5; round++) {
      const { tenant, viewer } = await owned();
      const second = await here.viewer((await here.member(tenant, 'OWNER')).authorization);
      const demote = (by: typeof viewer, whom: typeof viewer, process: typeof here) =>
        changeMemberRole(process.identity, by, { membershipId: whom.membershipId, role: 'MEMBER' }, {});
      const codes = await outcomes([demote(viewer, second, here), demote(second, viewer, there)]);
      expect(tally(codes)).toEqual({ ok: 1, LAST_OWNER: 1 });
    }
  });

  it('are appointed, demoted and removed by owners only', async () => {
    const { tenant, viewer } = await owned();
    const admin = await here.viewer((await here.member(tenant, 'ADMIN')).authorization);
    const member = await here.member(tenant, 'MEMBER');
    const tries = [
      () => changeMemberRole(identity, admin, { membershipId: viewer.membershipId, role: 'MEMBER' }, {}),
      () => changeMemberRole(identity, admin, { membershipId: admin.membershipId, role: 'OWNER' }, {}),
      () => removeMember(identity, admin, viewer.membershipId, {}),
      () => inviteMember(identity, admin, { email: 'new@example.org', role: 'OWNER' }, {}),
      () => changeMemberRole(identity, admin, { membershipId: member.membership.id, role: 'MANAGER' }, {}),
      () => removeMember(identity, admin, member.membership.id, {}),
    ];
    expect(await outcomesInTurn(tries)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok', 'ok']);
  });
});

describe('leaving', () => {
  it('ends the membership and its keys; the profile stays, marked as left, and is found again', async () => {
    const { tenant, viewer } = await owned();
    const admin = await here.member(tenant, 'ADMIN');
    const asAdmin = await here.viewer(admin.authorization);
    const { key } = await createApiKey(identity, asAdmin, { name: 'sync', scopes: ['task:read'] }, {});
    await removeMember(identity, viewer, admin.membership.id, {});
    const departed = (await profilesOf(tenant)).find((profile) => profile.id === admin.membership.profileId);
    expect(departed?.leftAt).toBeInstanceOf(Date);
    const again = await addMember(identity, { person: admin.person, tenant, role: 'MEMBER' }, {});
    expect(again.profileId).toBe(admin.membership.profileId);
    expect(await outcomes([here.viewer(`Bearer ${key}`)])).toEqual(['UNAUTHENTICATED']);
    expect((await profilesOf(tenant)).find((profile) => profile.id === again.profileId)?.leftAt).toBeNull();
  });

  it('takes effect at once even if the tenant cannot be notified; that is done later', async () => {
    const { tenant } = await owned();
    const ada = await here.member(tenant, 'MEMBER');
    const unreachable: Identity = {
      ...identity,
      profiles: {
        join: identity.profiles.join,
        changeRole: identity.profiles.changeRole,
        leave: () => Promise.reject(new Error('disk full')),
      },
    };
    await leaveOrganization(unreachable, await here.viewer(ada.authorization), {});
    expect(await outcomes([here.viewer(ada.authorization)])).toEqual(['FORBIDDEN']);
    const profile = async () => (await profilesOf(tenant)).find(({ userId }) => userId === ada.person.userId);
    expect((await profile())?.leftAt).toBeNull();
    expect(await settleDepartures(identity)).toBe(1);
    expect((await profile())?.leftAt).toBeInstanceOf(Date);
  });

  it('takes effect even if the unfinished tasks cannot be reassigned', async () => {
    const { tenant, viewer } = await owned();
    const ada = await here.member(tenant, 'MEMBER');
    const failing: Identity = {
      ...identity,
      tasks: {
        requireAssignee: () => Promise.resolve(viewer),
        reassign: () => Promise.reject(new Error('disk full')),
      },
    };
    const successor = { tenant, profile: viewer.profileId };
    expect(await removeMember(failing, viewer, ada.membership.id, {}, successor)).toMatchObject({ reassigned: 0 });
    expect(await outcomes([here.viewer(ada.authorization)])).toEqual(['FORBIDDEN']);
  });

  it('withdraws the profile of a person who could not become a member', async () => {
    const { tenant } = await owned();
    const person = await here.user();
    const claim = () => Promise.reject(new AppError('NOT_FOUND', 'used up'));
    expect(await outcomes([addMember(identity, { person, tenant, role: 'MEMBER', claim }, {})])).toEqual(['NOT_FOUND']);
    expect((await profilesOf(tenant)).find(({ userId }) => userId === person.userId)?.leftAt).toBeInstanceOf(Date);
  });

  it('retries the profile after a transient failure', async () => {
    const { tenant } = await owned();
    let failures = 2;
    const flaky: Identity = {
      ...identity,
      profiles: {
        join: async (...args) => {
          if (failures-- > 0) throw new AppError('CONNECTION_LOST', 'lost');
          return identity.profiles.join(...args);
        },
        changeRole: (...args) => identity.profiles.changeRole(...args),
        leave: (...args) => identity.profiles.leave(...args),
      },
    };
    await expect(addMember(flaky, { person: await here.user(), tenant, role: 'MEMBER' }, {})).resolves.toBeDefined();
  });
});

describe('the list of members', () => {
  it('pages through all of them, with the permission', async () => {
    const { tenant, viewer } = await owned();
    const client = await here.viewer((await here.member(tenant, 'CLIENT')).authorization);
    await here.member(tenant, 'MEMBER');
    const first = await listMembers(identity, viewer, { limit: 2 });
    const rest = await listMembers(identity, viewer, { limit: 2, after: first[1]!.membershipId });
    expect([...first, ...rest].map(({ role }) => role)).toEqual(['OWNER', 'CLIENT', 'MEMBER']);
    const last = await listMembers(identity, viewer, { limit: 2, inverted: true });
    expect(last.map(({ role }) => role)).toEqual(['MEMBER', 'CLIENT']);
    expect(await outcomes([listMembers(identity, client, { limit: 1 })])).toEqual(['FORBIDDEN']);
  });
});

describe('an organization’s own permissions', () => {
  it('change a role’s permissions, but never an owner’s', async () => {
    const { tenant, viewer } = await owned();
    const member = await here.member(tenant, 'MEMBER');
    const set = (input: Parameters<typeof setPermission>[2]) => setPermission(identity, viewer, input, {});
    await set({ role: 'MEMBER', permission: 'cost:read', granted: true });
    await set({ role: 'MEMBER', permission: 'task:write', granted: true });
    await set({ role: 'MEMBER', permission: 'task:write', granted: false });
    const changed = (await here.viewer(member.authorization)).permissions;
    expect([changed.has('cost:read'), changed.has('task:write')]).toEqual([true, false]);
    await set({ role: 'MEMBER', permission: 'task:write', granted: null });
    expect((await here.viewer(member.authorization)).permissions.has('task:write')).toBe(true);
    expect(await outcomes([set({ role: 'OWNER', permission: 'task:write', granted: false })])).toEqual(['FORBIDDEN']);
  });
});
