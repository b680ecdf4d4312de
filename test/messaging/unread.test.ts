import { beforeAll, describe, expect, it } from 'vitest';
import { type Company, type Member, world } from '../support/world.ts';
import { change, openGroup, openToAll, profileOf, send, unread } from './support.ts';

describe('the number of unread messages', async () => {
  const server = await world();
  let company: Company;
  let anna: Member;
  let ben: Member;
  let cleo: Member;
  beforeAll(async () => {
    company = await server.company();
    [anna, ben, cleo] = await Promise.all([
      company.member('MEMBER'),
      company.member('MEMBER'),
      company.member('MANAGER'),
    ]);
  });

  it('counts messages that others wrote and did not delete', async () => {
    const channelId = await openGroup(anna, [ben]);
    await send(anna, channelId, 'one');
    const two = await send(anna, channelId, 'two');
    await send(ben, channelId, 'mine');
    expect(await unread(ben, channelId)).toEqual({ unreadCount: 2, mentionCount: 0 });
    expect(await unread(anna, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    await change(anna, 'deleteMessage', { id: two });
    expect(await unread(ben, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
  });

  it('counts from the last read message, and never goes back', async () => {
    const channelId = await openGroup(anna, [ben]);
    const ids = [
      await send(anna, channelId, 'one'),
      await send(anna, channelId, 'two'),
      await send(anna, channelId, 'three'),
    ];
    const read = (messageId?: string) =>
      change(
        ben,
        'markChannelRead',
        { channelId, ...(messageId && { messageId }) },
        'unreadCount membership { lastReadAt }',
      );
    expect(await read(ids[1])).toMatchObject({ unreadCount: 1, membership: { lastReadAt: expect.any(String) } });
    expect(await read(ids[0])).toMatchObject({ unreadCount: 1 });
    expect(await read()).toMatchObject({ unreadCount: 0 });
    await send(anna, channelId, 'four');
    expect(await unread(ben, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    const elsewhere = await send(anna, await openToAll(anna), 'x');
    expect(await read(elsewhere)).toEqual({ code: 'NOT_FOUND', field: 'input.messageId' });
  });

  it('counts mentions separately', async () => {
    const channelId = await openToAll(anna);
    await send(anna, channelId, 'hello', { mentionIds: [profileOf(ben)] });
    await send(ben, channelId, 'myself', { mentionIds: [profileOf(ben)] });
    await send(anna, channelId, 'others', { mentionIds: [profileOf(cleo)] });
    expect(await unread(ben, channelId)).toEqual({ unreadCount: 2, mentionCount: 1 });
    expect(await unread(cleo, channelId)).toEqual({ unreadCount: 3, mentionCount: 1 });
    const missing = {
      channelId,
      content: 'x',
      mentionIds: [profileOf(ben), 'Profile:00000000-0000-7000-8000-000000000000'],
    };
    expect(await change(anna, 'sendMessage', missing)).toEqual({ code: 'NOT_FOUND', field: 'input.mentionIds.1' });
  });

  it('counts answers in threads that one takes part in, and answers that mention one', async () => {
    const channelId = await openToAll(anna);
    const parentId = await send(anna, channelId, 'question');
    for (const who of [ben, cleo]) await change(who, 'markChannelRead', { channelId });
    await send(ben, channelId, 'answer', { parentId });
    expect(await unread(anna, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    expect(await unread(cleo, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
    await send(anna, channelId, 'thanks', { parentId });
    expect(await unread(ben, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    await send(anna, channelId, 'see this', { parentId, mentionIds: [profileOf(cleo)] });
    // She has a part in the thread now: its other answers are for her too
    expect(await unread(cleo, channelId)).toEqual({ unreadCount: 3, mentionCount: 1 });
  });

  it('starts when one is added to a group, or joins the organization', async () => {
    const [group, open] = [await openGroup(anna), await openToAll(anna)];
    for (const channelId of [group, open]) await send(anna, channelId, 'before');
    const dora = await company.member('MEMBER');
    await change(anna, 'addChannelMembers', { channelId: group, profileIds: [profileOf(dora)] });
    for (const channelId of [group, open]) {
      expect(await unread(dora, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
      await send(anna, channelId, 'after');
      expect(await unread(dora, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    }
    await change(dora, 'muteChannel', { channelId: open, muted: true });
    expect(await unread(dora, open)).toEqual({ unreadCount: 1, mentionCount: 0 });
  });

  it('comes with the list of channels, in one statement', async () => {
    const channelId = await openToAll(anna, 'Newest');
    await send(anna, channelId, 'see', { mentionIds: [profileOf(ben)] });
    await change(cleo, 'deleteMessage', { id: await send(anna, channelId, 'gone') });
    const { data, statements } = await ben.graphql(
      `{ channels(first: 50, orderBy: [{ field: LAST_MESSAGE_AT, direction: DESC }]) {
        nodes { name unreadCount mentionCount membership { muted } lastMessage { content sender { fullName } } }
        edges { cursor }
      } }`,
    );
    expect(statements.length).toBe(1);
    expect(data.channels.nodes.length).toBeGreaterThan(4);
    expect(data.channels.nodes[0]).toEqual({
      name: 'Newest',
      unreadCount: 1,
      mentionCount: 1,
      membership: null,
      lastMessage: { content: 'see', sender: { fullName: 'Member Person' } },
    });
    const after = data.channels.edges[1].cursor;
    const next = await ben.ok(
      'query ($after: String) { channels(first: 1, after: $after, orderBy: [{ field: LAST_MESSAGE_AT, direction: DESC }]) { edges { cursor } } }',
      { after },
    );
    expect(next.channels.edges[0].cursor).toBe(data.channels.edges[2].cursor);
  });

  it('excludes muted channels, and only oneself sees what is muted', async () => {
    const channelId = await openGroup(anna, [ben]);
    expect(await change(ben, 'muteChannel', { channelId, muted: true }, 'membership { muted }')).toEqual({
      membership: { muted: true },
    });
    const { node } = await anna.ok(
      `query ($id: ID!) { node(id: $id) { ... on Channel { members(orderBy: [{ field: JOINED_AT }]) {
        totalCount nodes { muted profile { id } }
      } } } }`,
      { id: channelId },
    );
    expect(node.members.totalCount).toBe(2);
    const muted = new Map(
      node.members.nodes.map((member: { muted: boolean; profile: { id: string } }) => [
        member.profile.id,
        member.muted,
      ]),
    );
    expect(muted.get(profileOf(anna))).toBe(false);
    expect(muted.get(profileOf(ben))).toBeNull();
  });
});
