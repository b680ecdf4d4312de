import { type Operation, pick } from './operation.ts';

const instant = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Q4: last 50 messages of a channel with sender and reactions, as a connection. */
export const chat: Operation = {
  name: 'chat',
  title: 'the last 50 messages of a channel, sender and reactions, as a connection',
  access: 'read',
  variables: ({ channels }, random) => ({ channel: pick(channels, random) }),
  server: {
    ids: { channel: 'Channel' },
    document: `query Chat($channel: ID!) {
  node(id: $channel) {
    ... on Channel {
      id
      name
      messages(last: 50) {
        edges {
          cursor
          node {
            id
            content
            createdAt
            sender { id firstName lastName }
            reactions(first: 10) { nodes { id emoji } }
          }
        }
        pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
      }
    }
  }
}`,
  },
  limit: {
    // One row more than the page tells whether there is another. What one may see is part of what is asked.
    text: `select json_build_object('data', json_build_object('node', (
  select json_build_object('id', 'Channel:' || c.id, 'name', c.name, 'messages', (
    select json_build_object(
      'edges', coalesce(json_agg(json_build_object('cursor', m.cursor, 'node', json_build_object(
        'id', 'Message:' || m.id, 'content', m.content, 'createdAt', ${instant('m.created_at')},
        'sender', (
          select json_build_object('id', 'Profile:' || s.id, 'firstName', s.first_name, 'lastName', s.last_name)
          from profiles s where s.id = m.sender_id),
        'reactions', json_build_object('nodes', (
          select coalesce(json_agg(json_build_object('id', 'MessageReaction:' || r.id, 'emoji', r.emoji) order by r.created_at, r.id), '[]')
          from (
            select id, emoji, created_at from message_reactions where message_id = m.id order by created_at, id limit 10
          ) r)))) order by m.created_at, m.id) filter (where m.place <= 50), '[]'),
      'pageInfo', json_build_object('hasPreviousPage', count(*) > 50, 'hasNextPage', false,
        'startCursor', (array_agg(m.cursor order by m.place desc) filter (where m.place <= 50))[1],
        'endCursor', (array_agg(m.cursor order by m.place))[1]))
    from (
      select id, content, created_at, sender_id, encode(convert_to(created_at::text || ' ' || id, 'UTF8'), 'base64') as cursor,
        row_number() over (order by created_at desc, id desc) as place
      from messages where channel_id = c.id order by created_at desc, id desc limit 51
    ) m))
  from channels c
  where c.id = $1 and (c.type in ('ORGANIZATION', 'PROJECT')
    or exists (select from channel_members j where j.channel_id = c.id and j.profile_id = $2)))))::text`,
    parameters: ({ channel }, { profileId }) => [channel, profileId],
  },
  peer: {
    document: `query Chat($channel: UUID!) {
  node: channelByRowId(rowId: $channel) {
    id: rowId
    name
    messages: messagesByChannelId(last: 50, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
      edges {
        cursor
        node {
          id: rowId
          content
          createdAt
          sender: profileBySenderId { id: rowId firstName lastName }
          reactions: messageReactionsByMessageId(first: 10, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
            nodes { id: rowId emoji }
          }
        }
      }
      pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
    }
  }
}`,
  },
};
