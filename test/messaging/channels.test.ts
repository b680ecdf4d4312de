import { beforeAll, describe, expect, it } from 'vitest';
import { getVisible } from '../../src/access/visible-rows.ts';
import { lockOwnMembership } from '../../src/modules/messaging/join-channel.ts';
import { channels } from '../../src/modules/messaging/tables.ts';
import { viewerOf } from '../events/support.ts';
import { createClient, createProject } from '../projects/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { change, openGroup, openToAll, profileOf, send } from './support.ts';

describe('channels', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  let member: Member;
  let client: Member;
  beforeAll(async () => {
    company = await server.company();
    [manager, member, client] = await Promise.all([company.as('MANAGER'), company.as('MEMBER'), company.as('CLIENT')]);
  });

  const channelOf = async (who: Member, project: string) =>
    (
      await who.ok(
        'query ($id: ID!) { node(id: $id) { ... on Project { channel { id type name project { id } } } } }',
        {
          id: project,
        },
      )
    ).node.channel;

  const sees = async (who: Member, id: string) =>
    (await who.ok('query ($id: ID!) { node(id: $id) { id } }', { id })).node !== null;

  it('of projects are created and renamed with them', async () => {
    const project = await createProject(manager, { name: 'Bridge' });
    const channel = await channelOf(member, project);
    expect(channel).toMatchObject({ type: 'PROJECT', name: 'Bridge', project: { id: project } });
    const rename = (name: string) =>
      manager.ok('mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }', {
        input: { id: project, name },
      });
    await rename('Big bridge');
    expect(await channelOf(member, project)).toMatchObject({ name: 'Big bridge' });
    // Who saw the old name does not overwrite the new one unawares
    expect(await change(manager, 'updateChannel', { id: channel.id, name: 'x', expectedVersion: 1 })).toMatchObject({
      code: 'STALE_VERSION',
    });
    await change(manager, 'updateChannel', { id: channel.id, name: 'bridge-talk' });
    await rename('Bridge again');
    expect(await channelOf(member, project)).toMatchObject({ name: 'bridge-talk' });
  });

  it('of projects are visible to a CLIENT only once added; channels of the organization never', async () => {
    const clientId = await createClient(manager, { contactId: profileOf(client) });
    const project = await createProject(manager, { clientId });
    const { id } = await channelOf(manager, project);
    const messageId = await send(member, id, 'Internal so far');
    expect(await channelOf(client, project)).toBeNull();
    expect(await sees(client, id)).toBe(false);
    expect(await sees(client, messageId)).toBe(false);
    expect(await change(client, 'sendMessage', { channelId: id, content: 'Hello' })).toEqual({
      code: 'NOT_FOUND',
      field: 'input.channelId',
    });
    expect(await change(member, 'addChannelMembers', { channelId: id, profileIds: [profileOf(client)] })).toMatchObject(
      {
        code: 'FORBIDDEN',
      },
    );
    await change(manager, 'addChannelMembers', { channelId: id, profileIds: [profileOf(client), profileOf(client)] });
    expect(await send(client, id, 'Hello')).toMatch(/^Message:/);
    const { messages, searchMessages } = await client.ok(
      `{ messages { totalCount nodes { content sender { id } } } searchMessages(query: "internal") { totalCount } }`,
    );
    // A sender whom the CLIENT may not see is nobody to it.
    expect(messages).toEqual({
      totalCount: 2,
      nodes: [
        { content: 'Internal so far', sender: null },
        { content: 'Hello', sender: { id: profileOf(client) } },
      ],
    });
    expect(searchMessages.totalCount).toBe(1);
    const open = await openToAll(manager);
    await change(manager, 'addChannelMembers', { channelId: open, profileIds: [profileOf(client)] });
    expect(await sees(client, open)).toBe(false);
    await change(manager, 'removeChannelMember', { channelId: id, profileId: profileOf(client) });
    expect(await sees(client, messageId)).toBe(false);
    expect(await change(client, 'createChannel', { type: 'GROUP', name: 'x' })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('of groups are visible to their members only, whatever their role, on every path', async () => {
    const owner = await company.as('OWNER');
    const id = await openGroup(member, [manager]);
    const messageId = await send(manager, id, 'Confidential');
    await change(member, 'addReaction', { messageId, emoji: '👍' });
    expect(await sees(manager, messageId)).toBe(true);
    expect([await sees(owner, id), await sees(owner, messageId)]).toEqual([false, false]);
    const { channels, searchMessages, messages, events, profiles } = await owner.ok(
      `query ($id: ID!) {
        channels(where: { id: { eq: $id } }) { totalCount }
        searchMessages(query: "confidential") { totalCount nodes { id } }
        messages(where: { content: { eq: "Confidential" } }) { totalCount }
        events(where: { resource: $id }) { nodes { action } }
        profiles { totalCount }
      }`,
      { id },
    );
    expect(channels.totalCount + searchMessages.totalCount + messages.totalCount + events.nodes.length).toBe(0);
    expect(profiles.totalCount).toBeGreaterThan(2);
    for (const [verb, input] of [
      ['sendMessage', { channelId: id, content: 'x' }],
      ['markChannelRead', { channelId: id }],
      ['addReaction', { messageId, emoji: '👍' }],
      ['deleteMessage', { id: messageId }],
      ['updateChannel', { id, name: 'x' }],
      ['addChannelMembers', { channelId: id, profileIds: [profileOf(owner)] }],
      ['leaveChannel', { channelId: id }],
    ] as const) {
      expect([verb, await change(owner, verb, input)]).toMatchObject([verb, { code: 'NOT_FOUND' }]);
    }
    expect(await change(manager, 'leaveChannel', { channelId: id })).toBeNull();
    expect(await sees(manager, messageId)).toBe(false);
  });

  it('of groups cannot be rejoined by a member who was removed while reading', async () => {
    const channelId = await openGroup(manager, [member]);
    const id = channelId.slice('Channel:'.length);
    const viewer = await viewerOf(member);
    const reading = server.app.binding.write(company.tenant, async (tx) => {
      const seen = await getVisible(tx, viewer, channels, id, 'Channel');
      await change(manager, 'removeChannelMember', { channelId, profileId: profileOf(member) });
      await lockOwnMembership(tx, viewer, seen);
    });
    await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await sees(member, channelId)).toBe(false);
  });

  it('between two people exist once, however often and by whomever they are opened', async () => {
    const [left, right] = await Promise.all([company.member('MEMBER'), company.member('MEMBER')]);
    const opened = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        index % 2
          ? change(left, 'openDirectChannel', { profileId: profileOf(right) })
          : change(right, 'openDirectChannel', { profileId: profileOf(left) }),
      ),
    );
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    const { id } = opened[0];
    const fields = 'id type name members { totalCount }';
    expect(await change(left, 'openDirectChannel', { profileId: profileOf(right) }, fields)).toEqual({
      id,
      type: 'DIRECT',
      name: null,
      members: { totalCount: 2 },
    });
    expect(await sees(manager, id)).toBe(false);
    expect(await change(left, 'leaveChannel', { channelId: id })).toMatchObject({ code: 'INVALID_STATE' });
    expect(await change(left, 'addChannelMembers', { channelId: id, profileIds: [profileOf(manager)] })).toMatchObject({
      code: 'INVALID_STATE',
    });
    expect(await change(left, 'openDirectChannel', { profileId: profileOf(left) })).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('are changed by their creator and by moderators; nobody writes in archived ones', async () => {
    const id = await openToAll(member, 'Announcements');
    const other = await company.member('CONSULTANT');
    expect(await change(other, 'updateChannel', { id, name: 'x' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(
      await change(member, 'updateChannel', { id, description: 'News', expectedVersion: 1 }, 'description version'),
    ).toEqual({
      description: 'News',
      version: 2,
    });
    expect(await change(manager, 'updateChannel', { id, archived: true }, 'archivedAt')).toEqual({
      archivedAt: expect.any(String),
    });
    expect(await change(member, 'sendMessage', { channelId: id, content: 'x' })).toEqual({
      code: 'INVALID_STATE',
      field: 'input.channelId',
    });
    await change(manager, 'updateChannel', { id, archived: false });
    expect(await send(member, id, 'Back')).toMatch(/^Message:/);
  });
});
