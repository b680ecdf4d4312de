import { beforeAll, describe, expect, it } from 'vitest';
import { type Company, type Member, world } from '../support/world.ts';
import { change, openToAll, profileOf, send, unread } from './support.ts';

describe('a message', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let member: Member;
  let channelId: string;
  beforeAll(async () => {
    company = await server.company();
    [owner, member] = [await company.as('OWNER'), await company.as('MEMBER')];
    channelId = await openToAll(owner);
  });

  it('in a thread is unread for people mentioned there, before and after', async () => {
    const started = await send(owner, channelId, 'Plan', { mentionIds: [profileOf(member)] });
    await change(member, 'markChannelRead', { channelId });
    await send(owner, channelId, 'And more', { parentId: started });
    expect(await unread(member, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    const other = await send(owner, channelId, 'Else');
    await send(owner, channelId, 'Ask', { parentId: other, mentionIds: [profileOf(member)] });
    await change(member, 'markChannelRead', { channelId });
    await send(owner, channelId, 'Well?', { parentId: other });
    expect(await unread(member, channelId)).toEqual({ unreadCount: 1, mentionCount: 0 });
    const stranger = await company.member('MEMBER');
    await change(stranger, 'markChannelRead', { channelId });
    await send(owner, channelId, 'Anybody?', { parentId: other });
    expect(await unread(stranger, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
  });

  it('has one heart reaction, however the emoji is encoded', async () => {
    const messageId = await send(owner, channelId, 'Done');
    const counts = 'reactionCounts { emoji count }';
    await change(owner, 'addReaction', { messageId, emoji: '❤' }, counts);
    expect(await change(member, 'addReaction', { messageId, emoji: '❤️' }, counts)).toEqual({
      reactionCounts: [{ emoji: '❤️', count: 2 }],
    });
    expect(await change(member, 'removeReaction', { messageId, emoji: '❤' }, counts)).toEqual({
      reactionCounts: [{ emoji: '❤️', count: 1 }],
    });
  });

  it('is to read again for those whom an edit mentions, until they read it', async () => {
    const reader = await company.member('MEMBER');
    const mentionIds = [profileOf(reader)];
    const id = await send(owner, channelId, 'Who?');
    await send(owner, channelId, 'Newer');
    await change(reader, 'markChannelRead', { channelId });
    const edit = (input: object) => change(owner, 'editMessage', { id, content: 'You!', ...input }, 'version');
    expect(await edit({ mentionIds })).toEqual({ version: 2 });
    expect(await unread(reader, channelId)).toEqual({ unreadCount: 1, mentionCount: 1 });
    // Who has not read the message yet has it to read once, and nobody else has more to read
    const late = await company.member('MEMBER');
    await change(late, 'markChannelRead', { channelId, messageId: await send(owner, channelId, 'Last') });
    expect(await unread(late, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
    await edit({ mentionIds });
    await change(reader, 'markChannelRead', { channelId });
    expect(await unread(reader, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
    // The same people are no change
    expect(await edit({ mentionIds })).toEqual({ version: 2 });
    expect(await edit({ mentionIds: [profileOf(late)] })).toEqual({ version: 3 });
    expect(await unread(late, channelId)).toEqual({ unreadCount: 1, mentionCount: 1 });
    expect(await unread(reader, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
    await change(owner, 'deleteMessage', { id });
    expect(await unread(late, channelId)).toEqual({ unreadCount: 0, mentionCount: 0 });
  });

  it('dates its channel until it is deleted, and later ones even then', async () => {
    const group = await openToAll(owner, 'Dated');
    const at = async () => {
      const { node } = await owner.ok(
        'query ($id: ID!) { node(id: $id) { ... on Channel { lastMessageAt messages(last: 1) { nodes { createdAt } } } } }',
        { id: group },
      );
      return { channel: node.lastMessageAt, message: node.messages.nodes[0]?.createdAt };
    };
    const first = await send(owner, group, 'First');
    const { channel: kept } = await at();
    const second = await send(owner, group, 'Second');
    const { channel: gone } = await at();
    expect(gone > kept).toBe(true);
    await change(owner, 'deleteMessage', { id: second });
    expect((await at()).channel).toBe(kept);
    await change(owner, 'deleteMessage', { id: first });
    expect((await at()).channel).toBeNull();
    await send(owner, group, 'Third');
    const { channel, message } = await at();
    expect(channel).toBe(message);
    expect(channel > gone).toBe(true);
  });

  it('cannot be changed in an archived channel, but can be deleted', async () => {
    const id = await send(member, channelId, 'Last');
    await change(owner, 'updateChannel', { id: channelId, archived: true });
    const archived = { code: 'INVALID_STATE', field: 'input.id' };
    for (const who of [member, owner])
      expect(await change(who, 'editMessage', { id, content: 'Changed' })).toEqual(archived);
    for (const verb of ['addReaction', 'removeReaction'])
      expect(await change(member, verb, { messageId: id, emoji: '👍' })).toEqual({
        ...archived,
        field: 'input.messageId',
      });
    expect(await change(member, 'deleteMessage', { id }, 'deletedAt')).toEqual({ deletedAt: expect.any(String) });
  });
});
