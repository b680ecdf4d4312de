import { describe, expect, it } from 'vitest';
import { createClient, createProfile, createProject } from '../projects/support.ts';
import { type Member, world } from '../support/world.ts';

const server = await world();

interface Page {
  nodes: { firstName: string }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

const update = `mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { profile { id firstName phone version presence lastSeenAt manager { id } } lastEventId }
}`;
const codeOf = async (who: Member, input: object) => (await who.graphql(update, { input })).errors[0]?.extensions.code;

const reportTo = (who: Member, id: string, managerId: string | null) =>
  who.graphql(update, { input: { id, managerId } });

describe('people', () => {
  it('are listed with their managers and reports by one statement', async () => {
    const manager = await (await server.company()).as('MANAGER');
    const boss = await createProfile(manager, { firstName: 'Zoe' });
    await createProfile(manager, { firstName: 'Yan', managerId: boss });
    const answer = await manager.graphql(`{
      profiles(orderBy: [{ field: FIRST_NAME, direction: DESC }]) {
        nodes { fullName isMember manager { firstName } reports { totalCount nodes { firstName } } }
      }
    }`);
    expect([answer.errors, answer.statements.length]).toEqual([[], 1]);
    expect(answer.data.profiles.nodes).toEqual([
      { fullName: 'Zoe', isMember: false, manager: null, reports: { totalCount: 1, nodes: [{ firstName: 'Yan' }] } },
      { fullName: 'Yan', isMember: false, manager: { firstName: 'Zoe' }, reports: { totalCount: 0, nodes: [] } },
      { fullName: 'Manager Person', isMember: true, manager: null, reports: { totalCount: 0, nodes: [] } },
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
  ])('reject %j as a picture, when created and when changed', async (avatarUrl) => {
    const manager = await (await server.company()).as('MANAGER');
    const create = 'mutation ($input: CreateProfileInput!) { createProfile(input: $input) { profile { id } } }';
    const { errors } = await manager.graphql(create, { input: { firstName: 'Zoe', lastName: 'Doe', avatarUrl } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'input.avatarUrl' });
    const id = await createProfile(manager, { firstName: 'Zoe' });
    expect(await codeOf(manager, { id, avatarUrl })).toBe('BAD_INPUT');
  });

  it('are paged by last activity, people without any first', async () => {
    const company = await server.company();
    const manager = await company.as('MANAGER');
    for (const firstName of ['A', 'B', 'C']) await createProfile(manager, { firstName });
    await manager.ok(update, { input: { id: `Profile:${manager.profileId}`, presence: 'ONLINE' } });
    const page = `query ($after: String) {
      profiles(first: 2, after: $after, orderBy: [{ field: LAST_SEEN_AT }, { field: FIRST_NAME }]) {
        nodes { firstName } pageInfo { endCursor hasNextPage }
      }
    }`;
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { profiles }: { profiles: Page } = await manager.ok(page, { after });
      seen.push(...profiles.nodes.map(({ firstName }) => firstName));
      ({ endCursor: after, hasNextPage: more } = profiles.pageInfo);
    }
    expect(seen).toEqual(['A', 'B', 'C', 'Manager']);
  });

  it('can be changed by their own person, but not the manager, nor other people’s', async () => {
    const company = await server.company();
    const [member, manager] = [await company.as('MEMBER'), await company.as('MANAGER')];
    const id = `Profile:${member.profileId}`;
    const { updateProfile } = await member.ok(update, { input: { id, phone: '+33 1 23', presence: 'AWAY' } });
    expect(updateProfile.profile).toMatchObject({ phone: '+33 1 23', presence: 'AWAY', version: 2 });
    expect(updateProfile.profile.lastSeenAt).not.toBeNull();
    expect(await codeOf(member, { id, managerId: `Profile:${manager.profileId}` })).toBe('FORBIDDEN');
    expect(await codeOf(member, { id: `Profile:${manager.profileId}`, phone: '1' })).toBe('FORBIDDEN');
    expect(await codeOf(manager, { id, phone: null, managerId: `Profile:${manager.profileId}` })).toBeUndefined();
    expect(await codeOf(manager, { id, email: 'other@example.test' })).toBe('INVALID_STATE');
  });

  it('are changed only with the current version', async () => {
    const manager = await (await server.company()).as('MANAGER');
    const id = await createProfile(manager);
    const inputs = ['A', 'B'].map((firstName) => ({ id, firstName, expectedVersion: 1 }));
    const codes = await Promise.all(inputs.map((input) => codeOf(manager, input)));
    expect(codes.sort()).toEqual(['STALE_VERSION', undefined]);
    const { errors } = await manager.graphql(update, { input: { id, firstName: 'C', expectedVersion: 1 } });
    expect(errors[0]?.extensions.current).toMatchObject({ id, version: 2 });
  });

  it('are unique by external reference, which can replace the id', async () => {
    const manager = await (await server.company()).as('MANAGER');
    const id = await createProfile(manager, { externalReference: 'hr-7' });
    const again = await manager.graphql(
      'mutation { createProfile(input: { firstName: "X", externalReference: "hr-7" }) { profile { id } } }',
    );
    expect(again.errors[0]?.extensions).toMatchObject({ code: 'ALREADY_EXISTS', field: 'input.externalReference' });
    const { updateProfile } = await manager.ok(update, { input: { id: 'Profile:ref:hr-7', firstName: 'Renamed' } });
    expect(updateProfile.profile).toMatchObject({ id, firstName: 'Renamed' });
  });

  it('a CLIENT sees itself and the people of its projects', async () => {
    const company = await server.company();
    const [client, manager] = [await company.as('CLIENT'), await company.as('MANAGER')];
    await createProfile(manager, { firstName: 'Unrelated' });
    const lead = await createProfile(manager, { firstName: 'Lead' });
    const clientId = await createClient(manager, { contactId: `Profile:${client.profileId}` });
    await createProject(manager, { clientId, managerId: lead });
    const { profiles } = await client.ok(
      '{ profiles(orderBy: [{ field: FIRST_NAME }]) { totalCount nodes { firstName } } }',
    );
    expect(profiles).toEqual({ totalCount: 2, nodes: [{ firstName: 'Client' }, { firstName: 'Lead' }] });
  });
});

describe('reporting lines', () => {
  it('reject a cycle of any length, and an unknown manager', async () => {
    const manager = await (await server.company()).as('MANAGER');
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push(await createProfile(manager, { managerId: ids.at(-1) ?? null }));
    const [top, bottom] = [ids[0]!, ids.at(-1)!];
    const refused = (await reportTo(manager, top, bottom)).errors[0]?.extensions;
    expect(refused).toMatchObject({ code: 'CYCLE', field: 'input.managerId' });
    expect((await reportTo(manager, top, top)).errors[0]?.extensions.code).toBe('CYCLE');
    const unknown = 'Profile:01890000-0000-7000-8000-000000000000';
    const { extensions } = (await reportTo(manager, top, unknown)).errors[0]!;
    expect(extensions).toMatchObject({ code: 'NOT_FOUND', field: 'input.managerId' });
    expect((await reportTo(manager, bottom, null)).errors).toEqual([]);
    expect((await reportTo(manager, top, bottom)).errors).toEqual([]);
  });

  it('stay acyclic under concurrent changes', async () => {
    const manager = await (await server.company()).as('MANAGER');
    const ids: string[] = [];
    for (let at = 0; at < 6; at++) ids.push(await createProfile(manager));
    // Everybody would report to the next one: one of these closes the ring
    const answers = await Promise.all(ids.map((id, at) => reportTo(manager, id, ids[(at + 1) % ids.length]!)));
    const codes = answers.map(({ errors }) => errors[0]?.extensions.code);
    expect(codes.filter((code) => code === 'CYCLE')).toHaveLength(1);
    expect(codes.filter((code) => code === undefined)).toHaveLength(5);
  });
});
