import { quoteIdentifier } from '../db/identifier.ts';
import { send } from './ask.ts';
import type { RelatedRows } from './mark.ts';
import { memberOf, type ScratchOrganization } from './scratch-organization.ts';
import type { ProofTarget } from './target.ts';

const createChannel = 'mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }';
const sendMessage = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';

/**
 * Creates rows that an organization hides from some of its members: a group of two with a message. Returns the rows
 * that are hidden from the CLIENT: that channel, and the projects of clients that it is not the contact of.
 */
export async function seedSecrets({ servers }: ProofTarget, organization: ScratchOrganization): Promise<RelatedRows[]> {
  const { headers } = memberOf(organization, 'OWNER');
  const memberIds = [`Profile:${memberOf(organization, 'MANAGER').viewer.profileId}`];
  const group = { type: 'GROUP', name: 'Between two', memberIds };
  const made = await send(servers[0]!, { query: createChannel, variables: { input: group }, headers });
  const channelId = (made.data?.createChannel as { channel: { id: string } } | undefined)?.channel.id;
  if (channelId === undefined) throw new Error(`the scratch organization could not create a channel: ${made.text}`);
  await send(servers[0]!, { query: sendMessage, variables: { input: { channelId, content: 'Between us' } }, headers });
  return [
    { table: 'channels', column: 'channel_id', ids: [channelId.slice('Channel:'.length)] },
    { table: 'projects', column: 'project_id', ids: await projectsHiddenFromClient(organization) },
  ];
}

function projectsHiddenFromClient(organization: ScratchOrganization): Promise<string[]> {
  const schema = quoteIdentifier(organization.tenant.schemaName);
  return organization.rows.asOwner(async (tx) => {
    const rows = await tx.run<{ id: string }>(
      `select p.id::text as id from ${schema}.projects p join ${schema}.clients c on c.id = p.client_id where c.contact_id is distinct from $1::uuid`,
      [memberOf(organization, 'CLIENT').viewer.profileId],
    );
    return rows.map(({ id }) => id);
  });
}
