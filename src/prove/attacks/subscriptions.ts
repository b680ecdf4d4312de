import { idTypesOf } from '../../graphql/declare/global-id.ts';
import { send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { EventStream } from '../event-stream.ts';
import type { OpenStream } from '../followed-stream.ts';
import { leaksIn } from '../leaks.ts';
import { memberOf, type ScratchOrganization } from '../scratch-organization.ts';
import { SocketStream } from '../socket-stream.ts';
import type { AttackedServer } from '../target.ts';

const follow = `subscription ($after: String) { changes(after: $after) {
  changed { node { __typename id ... on Client { name } } } removed { id } cursor hasMore } }`;

const ownerOf = (organization: ScratchOrganization) => memberOf(organization, 'OWNER').headers;

/** The ways to follow a server's subscriptions. */
const transportsOf = ({ socketUrl }: AttackedServer): [string, OpenStream][] => [
  ['server-sent events', EventStream.open],
  ...(socketUrl === undefined ? [] : [['WebSocket', SocketStream.open] satisfies [string, OpenStream]]),
];

/** Follows the changes of one's own organization while both change, and goes on after a cursor of the other one. */
export const subscriptions: AttackGroup = {
  name: 'subscriptions',
  about: 'subscriptions deliver nothing of the other organization, and accept none of its cursors and ids',
  // The victim's own changes come before its rows are compared
  async prepare(duel) {
    for (const server of duel.target.servers)
      for (const [name, open] of transportsOf(server)) await followWhileBothChange(duel, server, name, open);
  },
  async attack(duel) {
    for (const server of duel.target.servers) {
      for (const [name, open] of transportsOf(server)) {
        await followTheirs(duel, server, name, open);
        await followAsTheirs(duel, server, name, open);
        await followTheirObjects(duel, server, name, open);
        await meetThem(duel, server, name, open);
      }
    }
  },
};

async function followWhileBothChange(duel: Duel, server: AttackedServer, name: string, open: OpenStream) {
  const attack = `changes over ${name} while both change`;
  const stream = await open(server, ownerOf(duel.attacker), { query: follow });
  if (!(await stream.until('"cursor"'))) duel.found(attack, `answered ${stream.text.slice(0, 200)}`);
  const theirs = await addClient(duel, server, duel.victim);
  const mine = await addClient(duel, server, duel.attacker);
  // Whichever comes first: a leak need not be waited for
  await stream.until(mine, theirs);
  await stream.close();
  duel.judge(attack, !stream.text.includes(mine), 'did not deliver a change of one’s own');
  duel.judge(attack, stream.text.includes(theirs), 'delivered a change of the other organization');
  judgeText(duel, attack, stream.text);
}

async function followTheirs(duel: Duel, server: AttackedServer, name: string, open: OpenStream) {
  const attack = `changes over ${name} after their cursor`;
  const theirs = await open(server, ownerOf(duel.victim), { query: follow });
  await theirs.until('"cursor"');
  await theirs.close();
  const after = /"cursor":"([^"]+)"/.exec(theirs.text)?.[1];
  const operation = { query: follow, variables: { after } };
  const stream = await open(server, ownerOf(duel.attacker), operation);
  const isRefused = await stream.until('CURSOR_EXPIRED');
  await stream.close();
  duel.judge(attack, !after || !isRefused, `answered ${stream.text.slice(0, 200)}`);
  judgeText(duel, attack, stream.text, JSON.stringify(operation));
}

/** Names the other organization, with one's own token. */
async function followAsTheirs(duel: Duel, server: AttackedServer, name: string, open: OpenStream) {
  const attack = `changes over ${name} of the organization in x-tenant`;
  const headers = { ...ownerOf(duel.attacker), 'x-tenant': duel.victim.tenant.slug };
  const stream = await open(server, headers, { query: follow });
  const isRefused = await stream.until('TENANT_MISMATCH', '"cursor"');
  await stream.close();
  const isOpen = !isRefused || stream.text.includes('"cursor"');
  duel.judge(attack, isOpen, `answered ${stream.text.slice(0, 200)}`);
  judgeText(duel, attack, stream.text, duel.victim.tenant.slug);
}

/** Follows objects of the other organization by their ids, in every argument that takes one. */
async function followTheirObjects(duel: Duel, server: AttackedServer, name: string, open: OpenStream) {
  for (const field of Object.values(duel.target.schema.getSubscriptionType()!.getFields())) {
    for (const argument of field.args) {
      const types = idTypesOf(argument);
      if (types === undefined || types === 'any') continue;
      const attack = `${field.name} over ${name} of their ${argument.name}`;
      const id = duel.victim.ids.get(types[0]!)?.[0];
      const query = `subscription ($id: ID!) { ${field.name}(${argument.name}: $id) { __typename } }`;
      const stream = await open(server, ownerOf(duel.attacker), { query, variables: { id } });
      await stream.until('"code"', '"__typename"');
      await stream.close();
      duel.judge(attack, !stream.text.includes('NOT_FOUND'), `answered ${stream.text.slice(0, 200)}`);
      judgeText(duel, attack, stream.text, id);
    }
  }
}

/** Asks who is online while somebody of the other organization is. */
async function meetThem(duel: Duel, server: AttackedServer, name: string, open: OpenStream) {
  const query = 'subscription { presence { people { id firstName } } }';
  const theirs = await open(server, ownerOf(duel.victim), { query });
  await theirs.until('"people"');
  const stream = await open(server, ownerOf(duel.attacker), { query });
  const isAnswered = await stream.until('"people"');
  await Promise.all([theirs.close(), stream.close()]);
  duel.judge(`presence over ${name}`, !isAnswered, `answered ${stream.text.slice(0, 200)}`);
  judgeText(duel, `presence over ${name}`, stream.text);
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
