import type { Member } from '../support/world.ts';

type Fields = Record<string, unknown>;

/** Runs a mutation as a member; gives its payload's one object with these fields, or the error's code and field. */
export async function change(member: Member, verb: string, input: Fields, fields = 'id') {
  const type = `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;
  const object = /Message|Reaction/.test(verb) ? 'message' : 'channel';
  const { data, errors } = await member.graphql(
    `mutation ($input: ${type}!) { changed: ${verb}(input: $input) { ${object} { ${fields} } } }`,
    { input },
  );
  const refused = errors[0]?.extensions;
  return refused ? { code: refused.code, field: refused.field } : data.changed[object];
}

async function idOf(member: Member, verb: string, input: Fields): Promise<string> {
  const result = await change(member, verb, input);
  if (!result?.id) throw new Error(`unexpected ${JSON.stringify(result)}`);
  return result.id;
}

export const profileOf = (member: Member): string => `Profile:${member.profileId}`;

/** A group with these people and whoever makes it; gives its id. */
export const openGroup = (maker: Member, others: readonly Member[] = []): Promise<string> =>
  idOf(maker, 'createChannel', { type: 'GROUP', name: 'Group', memberIds: others.map(profileOf) });

export const openToAll = (maker: Member, name = 'General'): Promise<string> =>
  idOf(maker, 'createChannel', { type: 'ORGANIZATION', name });

export const send = (member: Member, channelId: string, content: string, input: Fields = {}): Promise<string> =>
  idOf(member, 'sendMessage', { channelId, content, ...input });

/** What a member has to read in a channel. */
export async function unread(
  member: Member,
  channelId: string,
): Promise<{ unreadCount: number; mentionCount: number }> {
  const { node } = await member.ok(
    'query ($id: ID!) { node(id: $id) { ... on Channel { unreadCount mentionCount } } }',
    { id: channelId },
  );
  return node;
}
