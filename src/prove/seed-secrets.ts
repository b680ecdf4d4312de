import { quoteIdentifier } from '../db/identifier.ts';
import { send } from './ask.ts';
import { memberOf, type ScratchCompany } from './company.ts';
import type { Family } from './mark.ts';
import type { ProofTarget } from './target.ts';

const talk = 'mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }';
const say = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';

/**
 * Makes what an organization hides from some of its own: a group of two, whose talk nobody else sees. Returns what is
 * hidden from the CLIENT: that channel, and the projects of clients that it is not the contact of.
 */
export async function seedSecrets({ servers }: ProofTarget, company: ScratchCompany): Promise<Family[]> {
  const { headers } = memberOf(company, 'OWNER');
  const memberIds = [`Profile:${memberOf(company, 'MANAGER').viewer.profileId}`];
  const group = { type: 'GROUP', name: 'Between two', memberIds };
  const made = await send(servers[0]!, { query: talk, variables: { input: group }, headers });
  const channelId = (made.data?.createChannel as { channel: { id: string } } | undefined)?.channel.id;
  if (channelId === undefined) throw new Error(`the scratch organization has no talk of its own: ${made.text}`);
  await send(servers[0]!, { query: say, variables: { input: { channelId, content: 'Between us' } }, headers });
  return [
    { table: 'channels', column: 'channel_id', ids: [channelId.slice('Channel:'.length)] },
    { table: 'projects', column: 'project_id', ids: await projectsHiddenFromClient(company) },
  ];
}

function projectsHiddenFromClient(company: ScratchCompany): Promise<string[]> {
  const schema = quoteIdentifier(company.tenant.schemaName);
  return company.rows.asOwner(async (tx) => {
    const rows = await tx.run<{ id: string }>(
      `select p.id::text as id from ${schema}.projects p join ${schema}.clients c on c.id = p.client_id where c.contact_id is distinct from $1::uuid`,
      [memberOf(company, 'CLIENT').viewer.profileId],
    );
    return rows.map(({ id }) => id);
  });
}
