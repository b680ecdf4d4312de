import { beforeAll, describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { change, openGroup, openToAll, profileOf, send } from './support.ts';

describe('the history of a channel', async () => {
  const server = await world();
  let manager: Member;
  let member: Member;
  beforeAll(async () => {
    const company = await server.company();
    [manager, member] = await Promise.all([company.as('MANAGER'), company.as('MEMBER')]);
  });

  const texts = (page: { nodes: { content: string }[] }) => page.nodes.map(({ content }) => content);

  it('returns the last fifty messages with sender and reactions in one statement', async () => {
    const channelId = await openToAll(manager);
    for (let index = 0; index < 52; index++) await send(index % 2 ? manager : member, channelId, `m${index}`);
    const last = await send(member, channelId, 'last');
    await change(manager, 'addReaction', { messageId: last, emoji: '👍' });
    const { data, statements } = await manager.graphql(
      `query ($id: ID!) {
        node(id: $id) {
          ... on Channel {
            messages(last: 50) {
              totalCount
              nodes {
                content createdAt replyCount lastReplyAt
                sender { fullName }
                reactions { nodes { emoji profile { firstName } } }
                reactionCounts { emoji count mine }
                mentions { nodes { firstName } }
                attachments { name }
              }
              pageInfo { hasPreviousPage }
            }
          }
        }
      }`,
      { id: channelId },
    );
    const { messages } = data.node;
    expect(statements.length).toBe(1);
    expect(messages.totalCount).toBe(53);
    expect(messages.pageInfo.hasPreviousPage).toBe(true);
    expect(texts(messages)).toEqual([...Array.from({ length: 49 }, (_, index) => `m${index + 3}`), 'last']);
    expect(messages.nodes.at(-1)).toMatchObject({
      sender: { fullName: 'Member Person' },
      reactions: { nodes: [{ emoji: '👍', profile: { firstName: 'Manager' } }] },
      reactionCounts: [{ emoji: '👍', count: 1, mine: true }],
      replyCount: 0,
      lastReplyAt: null,
    });
    const times = messages.nodes.map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(times).toEqual([...new Set(times)].sort());
  });

  it('pages in both directions from a cursor', async () => {
    const channelId = await openToAll(manager);
    for (const text of ['a', 'b', 'c', 'd', 'e']) await send(member, channelId, text);
    const page = async (args: string) => {
      const { node } = await member.ok(
        `query ($id: ID!) { node(id: $id) { ... on Channel { messages(${args}) {
          nodes { content } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
        } } } }`,
        { id: channelId },
      );
      return node.messages;
    };
    const newest = await page('last: 2');
    expect(texts(newest)).toEqual(['d', 'e']);
    const before = await page(`last: 2, before: "${newest.pageInfo.startCursor}"`);
    expect(texts(before)).toEqual(['b', 'c']);
    const after = await page(`first: 10, after: "${before.edges[1].cursor}"`);
    expect(texts(after)).toEqual(['d', 'e']);
    await send(manager, channelId, 'f');
    expect(texts(await page(`first: 10, after: "${after.pageInfo.endCursor}"`))).toEqual(['f']);
  });

  it('has one order, even with thirty concurrent writers', async () => {
    const channelId = await openToAll(manager);
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, index) => send(index % 2 ? manager : member, channelId, `${index}`)),
    );
    const { node } = await member.ok(
      'query ($id: ID!) { node(id: $id) { ... on Channel { lastMessageAt messages(first: 100) { nodes { id createdAt } } } } }',
      { id: channelId },
    );
    const times = node.messages.nodes.map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(new Set(times).size).toBe(30);
    expect(node.lastMessageAt).toBe(times.at(-1));
    expect(node.messages.nodes.map(({ id }: { id: string }) => id).sort()).toEqual(sent.sort());
  });

  it('has threads of one level, in one channel', async () => {
    const [channelId, elsewhere] = [await openToAll(manager), await openToAll(manager)];
    const parentId = await send(manager, channelId, 'Lunch?');
    const answer = await send(member, channelId, 'Yes', { parentId });
    await send(manager, channelId, 'Noon', { parentId });
    const refused = { channelId, content: 'x', parentId: answer };
    expect(await change(member, 'sendMessage', refused)).toEqual({ code: 'BAD_INPUT', field: 'input.parentId' });
    const stray = { channelId: elsewhere, content: 'x', parentId };
    expect(await change(member, 'sendMessage', stray)).toEqual({ code: 'NOT_FOUND', field: 'input.parentId' });
    const { data, statements } = await member.graphql(
      `query ($id: ID!) { node(id: $id) { ... on Channel {
        messages(where: { parentId: { isNull: true } }) {
          totalCount
          nodes { content replyCount lastReplyAt replies { totalCount nodes { content createdAt parent { id } } } }
        }
      } } }`,
      { id: channelId },
    );
    const { totalCount, nodes } = data.node.messages;
    expect({ totalCount, statements: statements.length }).toEqual({ totalCount: 1, statements: 1 });
    expect(nodes[0]).toMatchObject({
      content: 'Lunch?',
      replyCount: 2,
      replies: { totalCount: 2, nodes: [{ content: 'Yes', parent: { id: parentId } }, { content: 'Noon' }] },
    });
    expect(nodes[0].lastReplyAt).toBe(nodes[0].replies.nodes[1].createdAt);
  });

  it('lets authors and moderators edit, and keeps a tombstone of deleted messages', async () => {
    const channelId = await openGroup(member, [manager]);
    const other = await manager.company.member('CONSULTANT');
    await change(member, 'addChannelMembers', { channelId, profileIds: [profileOf(other)] });
    const id = await send(member, channelId, 'Fisrt', {
      mentionIds: [profileOf(manager)],
      attachments: [{ name: 'plan.pdf', url: 'https://files.example/plan.pdf', size: '5000000000' }],
    });
    expect(await change(other, 'editMessage', { id, content: 'Mine' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await change(other, 'deleteMessage', { id })).toMatchObject({ code: 'FORBIDDEN' });
    const fields =
      'content editedAt deletedAt version mentions { nodes { id } } attachments { name url size } reactions { totalCount }';
    expect(await change(member, 'editMessage', { id, content: 'First', expectedVersion: 1 }, fields)).toMatchObject({
      content: 'First',
      editedAt: expect.any(String),
      version: 2,
      mentions: { nodes: [{ id: profileOf(manager) }] },
      attachments: [{ name: 'plan.pdf', size: '5000000000' }],
    });
    expect(await change(member, 'editMessage', { id, content: 'x', expectedVersion: 1 })).toMatchObject({
      code: 'STALE_VERSION',
    });
    expect(await change(manager, 'editMessage', { id, content: 'First!', mentionIds: [] }, fields)).toMatchObject({
      content: 'First!',
      mentions: { nodes: [] },
    });
    await change(other, 'addReaction', { messageId: id, emoji: '🎉' });
    const answer = await send(other, channelId, 'Second', { parentId: id });
    expect(await change(manager, 'deleteMessage', { id }, fields)).toMatchObject({
      content: '',
      deletedAt: expect.any(String),
      attachments: [],
      reactions: { totalCount: 0 },
    });
    for (const [verb, input] of [
      ['editMessage', { id, content: 'again' }],
      ['deleteMessage', { id }],
      ['addReaction', { messageId: id, emoji: '👍' }],
    ] as const) {
      expect(await change(member, verb, input)).toMatchObject({ code: 'INVALID_STATE' });
    }
    const { node, searchMessages } = await other.ok(
      `query ($answer: ID!) {
        node(id: $answer) { ... on Message { content parent { content deletedAt } } }
        searchMessages(query: "first") { totalCount }
      }`,
      { answer },
    );
    expect(node).toMatchObject({ content: 'Second', parent: { content: '' } });
    expect(searchMessages.totalCount).toBe(0);
    // Whoever writes anywhere in the cluster holds the log up for a moment
    const logged = async () =>
      (
        await other.ok(
          '{ events(where: { resourceType: { eq: "Message" } }, first: 100) { nodes { action before after } } }',
        )
      ).events.nodes as { action: string }[];
    await expect
      .poll(async () => (await logged()).map(({ action }) => action))
      .toEqual(expect.arrayContaining(['message.sent', 'message.edited', 'message.reactionAdded', 'message.deleted']));
    expect(JSON.stringify(await logged())).not.toMatch(/First|Fisrt/);
  });

  it('counts one reaction per person and emoji', async () => {
    const messageId = await send(member, await openToAll(manager), 'Done');
    const react = (who: Member, emoji: string, verb = 'addReaction') =>
      change(who, verb, { messageId, emoji }, 'reactionCounts { emoji count mine }');
    await Promise.all([1, 2, 3].map(() => react(member, '🎉')));
    await react(manager, '👍');
    expect(await react(manager, '🎉')).toEqual({
      reactionCounts: [
        { emoji: '🎉', count: 2, mine: true },
        { emoji: '👍', count: 1, mine: true },
      ],
    });
    await react(manager, '👍', 'removeReaction');
    expect(await react(manager, '👍', 'removeReaction')).toEqual({
      reactionCounts: [{ emoji: '🎉', count: 2, mine: true }],
    });
    expect(await react(member, 'not an emoji')).toEqual({ code: 'BAD_INPUT', field: 'input.emoji' });
  });

  it('can be searched by words, in French and English, the best match first', async () => {
    const [channelId, elsewhere] = [await openToAll(manager), await openToAll(manager)];
    const best = await send(member, channelId, 'Les réseaux électriques: réseau à réseau');
    const good = await send(manager, elsewhere, 'Un réseau, parmi beaucoup d’autres choses que nous avons à faire ici');
    await send(manager, elsewhere, 'Deployments are running');
    const search = async (query: string, inChannel: string | null = null) => {
      const { data, statements } = await member.graphql(
        `query ($query: String!, $channelId: ID) {
          searchMessages(query: $query, channelId: $channelId) { nodes { id channel { name } sender { firstName } } }
        }`,
        { query, channelId: inChannel },
      );
      expect(statements.length).toBe(1);
      return data.searchMessages.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await search('RESEAU')).toEqual([best, good]);
    expect(await search('reseau', elsewhere)).toEqual([good]);
    expect(await search('deploying')).toHaveLength(1);
    const { messages } = await member.ok('{ messages(where: { search: "electrique" }) { nodes { id } } }');
    expect(messages.nodes).toEqual([{ id: best }]);
  });
});
