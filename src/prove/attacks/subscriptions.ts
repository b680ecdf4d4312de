import { send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { EventStream } from '../event-stream.ts';
import { leaksIn } from '../leaks.ts';
import { memberOf, type ScratchOrganization } from '../scratch-organization.ts';
import type { AttackedServer } from '../target.ts';

const follow = `subscription ($after: String) { changes(after: $after) {
  changed { node { __typename id ... on Client { name } } } removed { id } cursor hasMore } }`;

const ownerOf = (organization: ScratchOrganization) => memberOf(organization, 'OWNER').headers;

/** Follows the changes of one's own organization while both change, and goes on after a cursor of the other one. */
export const subscriptions: AttackGroup = {
  name: 'subscriptions',
  about: 'subscriptions deliver nothing of the other organization and go on after none of its cursors',
  // The victim's own changes come before its rows are compared
  async prepare(duel) {
    for (const server of duel.target.servers) await followWhileBothChange(duel, server);
  },
  async attack(duel) {
    for (const server of duel.target.servers) await followTheirs(duel, server);
  },
};

async function followWhileBothChange(duel: Duel, server: AttackedServer): Promise<void> {
  const attack = 'changes while both change';
  const stream = await EventStream.open(server, ownerOf(duel.attacker), { query: follow });
  if (!(await stream.until('"cursor"'))) duel.found(attack, `answered ${stream.text.slice(0, 200)}`);
  const theirs = await addClient(duel, server, duel.victim);
  const mine = await addClient(duel, server, duel.attacker);
  const isLive = await stream.until(mine);
  await stream.close();
  duel.judge(attack, !isLive, 'did not deliver a change of one’s own');
  duel.judge(attack, stream.text.includes(theirs), 'delivered a change of the other organization');
  judgeText(duel, attack, stream.text);
}

async function followTheirs(duel: Duel, server: AttackedServer): Promise<void> {
  const attack = 'changes after their cursor';
  const theirs = await EventStream.open(server, ownerOf(duel.victim), { query: follow });
  await theirs.until('"cursor"');
  await theirs.close();
  const after = /"cursor":"([^"]+)"/.exec(theirs.text)?.[1];
  const operation = { query: follow, variables: { after } };
  const stream = await EventStream.open(server, ownerOf(duel.attacker), operation);
  const isRefused = await stream.until('CURSOR_EXPIRED');
  await stream.close();
  duel.judge(attack, !after || !isRefused, `answered ${stream.text.slice(0, 200)}`);
  judgeText(duel, attack, stream.text, JSON.stringify(operation));
}

function judgeText(duel: Duel, attack: string, text: string, sent = ''): void {
  const leaks = leaksIn(text, duel.victim, sent);
  duel.judge(attack, leaks.length > 0, `the answer shows ${leaks.slice(0, 3).join(', ')}`);
}

/** The id of a new client. */
async function addClient({ tag }: Duel, server: AttackedServer, organization: ScratchOrganization): Promise<string> {
  const query = 'mutation ($name: String!) { createClient(input: { name: $name }) { client { id } } }';
  const name = `${organization.marker} followed ${tag} ${server.name}`;
  const { data, text } = await send(server, { query, variables: { name }, headers: ownerOf(organization) });
  const id = (data?.createClient as { client: { id: string } } | undefined)?.client.id;
  if (!id) throw new Error(`no client was made: ${text.slice(0, 200)}`);
  return id;
}
