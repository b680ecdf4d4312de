import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';
import { importTwice, scratchFolder } from './support.ts';

const folder = await scratchFolder();
const company = await (await world()).company();
const manager = await company.as('MANAGER');

describe('messages', () => {
  const messagesOf = async (channel: string) => {
    const { channels } = await manager.ok(`{
      channels(where: { externalReference: { eq: "${channel}" } }) {
        nodes {
          name
          messages(orderBy: [{ field: CREATED_AT, direction: ASC }]) {
            nodes {
              content createdAt
              sender { firstName lastName email }
              parent { content }
              mentions { nodes { firstName } }
              reactionCounts { emoji count }
              attachments { name url }
            }
          }
        }
      }
    }`);
    return channels.nodes[0];
  };

  it('from Slack: a folder, a thread over two files whose answer comes first, mentions, entities, reactions, files', async () => {
    await folder.write(
      'slack/users.json',
      JSON.stringify([
        { id: 'U1', name: 'ada', real_name: 'Ada Martin', profile: { email: 'ada.slack@example.test' } },
        { id: 'U2', name: 'bob', real_name: 'Bob Petit', profile: {} },
      ]),
    );
    const thread_ts = '1772442000.000100';
    const question = {
      ...{ type: 'message', user: 'U1', text: 'Shall we? <@U2>', ts: thread_ts, thread_ts },
      reactions: [{ name: '+1', users: ['U2', 'U1'], count: 2 }],
      files: [{ title: 'Plan', permalink: 'https://files.example.test/plan' }],
    };
    const joined = {
      type: 'message',
      subtype: 'channel_join',
      user: 'U2',
      text: '<@U2> has joined',
      ts: '1772442001.000000',
    };
    const answer = { type: 'message', user: 'U2', text: 'Yes &amp; soon', ts: '1772528400.000200', thread_ts };
    await folder.write('slack/atlas/2026-03-01.json', JSON.stringify([answer]));
    await folder.write('slack/atlas/2026-03-02.json', JSON.stringify([question, joined]));
    const created = await importTwice(company, 'messages', 'slack', `${folder.folder}/slack`);
    expect(created).toMatchObject({ Profile: 2, Channel: 1, Message: 2, MessageReaction: 2, MessageAttachment: 1 });
    const { name, messages } = await messagesOf('slack:channel:atlas');
    expect(name).toBe('atlas');
    expect(messages.nodes).toMatchObject([
      {
        ...{ content: 'Shall we? @Bob Petit', createdAt: '2026-03-02T09:00:00.000Z', parent: null },
        sender: { firstName: 'Ada', lastName: 'Martin', email: 'ada.slack@example.test' },
        mentions: { nodes: [{ firstName: 'Bob' }] },
        reactionCounts: [{ emoji: '👍', count: 2 }],
        attachments: [{ name: 'Plan', url: 'https://files.example.test/plan' }],
      },
      { content: 'Yes & soon', sender: { firstName: 'Bob' }, parent: { content: 'Shall we? @Bob Petit' } },
    ]);
  });

  it('from Mattermost: lines of other kinds, answers inside posts, no direct messages', async () => {
    const lines = [
      { type: 'version', version: 1 },
      { type: 'channel', channel: { team: 'east', name: 'boreal', display_name: 'Boreal!', type: 'O' } },
      { type: 'user', user: { username: 'ada', email: 'ada@example.test', first_name: 'Ada', last_name: 'Martin' } },
      {
        type: 'post',
        post: {
          ...{ team: 'east', channel: 'boreal', user: 'ada', message: 'Hello all', create_at: 1772442000000 },
          reactions: [{ user: 'bob', emoji_name: 'tada', create_at: 1772442060000 }],
          replies: [{ user: 'bob', message: 'hi @ada', create_at: 1772442120000 }],
        },
      },
      {
        type: 'direct_post',
        direct_post: { channel_members: ['ada', 'bob'], user: 'bob', message: 'psst', create_at: 1 },
      },
    ];
    const file = await folder.write('mattermost.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(await importTwice(company, 'messages', 'mattermost', file)).toMatchObject({
      Channel: 1,
      Message: 2,
      MessageReaction: 1,
    });
    const { name, messages } = await messagesOf('mattermost:channel:east:boreal');
    expect(name).toBe('Boreal!');
    expect(messages.nodes).toMatchObject([
      { content: 'Hello all', parent: null, reactionCounts: [{ emoji: '🎉', count: 1 }] },
      {
        content: 'hi @ada',
        sender: { firstName: 'bob' },
        parent: { content: 'Hello all' },
        mentions: { nodes: [{ firstName: 'Ada' }] },
      },
    ]);
  });
});
